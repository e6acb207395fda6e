using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance.Classic;

#if NET10_0_OR_GREATER
public sealed class ClassicModelTests(TestServer server) : ModelTests(new ClassicStores(server))
{
    protected override bool Edits => false;

    protected override bool Reacts => false;

    protected override bool Replies => false;

    protected override int Histories => 20;
}

/// <summary>The layout has no place for most of what a conversation consists of.</summary>
public sealed class ClassicConversationModelTests(TestServer server) : ConversationModelTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IPinStore), () => new Chat(Store).Room(Room).Pins.ListAsync(Cancelled));
        await Assert.ThrowsAnyAsync<Exception>(test);
    }
}
#endif
