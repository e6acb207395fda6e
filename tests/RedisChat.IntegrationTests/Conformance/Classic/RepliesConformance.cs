using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance.Classic;

/// <summary>The layout has no place for what a message replies to.</summary>
public sealed class ClassicReplyTests(TestServer server) : ReplyTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("replies", () => new Chat(Store).SendAsync(Room, new NewMessage("alice", "yes") { ReplyTo = 1 }, Cancelled));
        await Assert.ThrowsAnyAsync<Exception>(test);
    }
}
