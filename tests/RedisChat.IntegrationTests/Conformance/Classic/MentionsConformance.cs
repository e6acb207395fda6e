using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance.Classic;

public sealed class ClassicMentionTests(TestServer server) : MentionTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("mentions", () => new Chat(Store).SendAsync(Room, new NewMessage("alice", "@bob") { Mentions = [Mention.User("bob")] }, Cancelled));
        await Assert.ThrowsAnyAsync<Exception>(test);
    }
}

public sealed class ClassicMentionGuardTests(TestServer server) : MentionGuardTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("mentions", () => new Chat(Store).SendAsync(Room, new NewMessage("alice", "@bob") { Mentions = [Mention.User("bob")] }, Cancelled));
        await Assert.ThrowsAnyAsync<Exception>(test);
    }
}

#if NET10_0_OR_GREATER
public sealed class ClassicMentionModelTests(TestServer server) : MentionModelTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("mentions", () => new Chat(Store).SendAsync(Room, new NewMessage("alice", "@bob") { Mentions = [Mention.User("bob")] }, Cancelled));
        await Assert.ThrowsAnyAsync<Exception>(test);
    }
}
#endif
