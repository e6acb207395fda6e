using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance.Classic;

public sealed class ClassicInboxTests(TestServer server) : InboxTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IUserStore), () => new Chat(Store).User("alice").Inbox.ListAsync(cancellationToken: Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicDraftTests(TestServer server) : DraftTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IDraftStore), () => new Chat(Store).User("alice").Drafts.ListAsync(Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicRevocationTests(TestServer server) : RevocationTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IUserStore), () => new Chat(Store).RevokeAsync("alice", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

#if NET10_0_OR_GREATER
public sealed class ClassicInboxModelTests(TestServer server) : InboxModelTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IUserStore), () => new Chat(Store).User("alice").Inbox.ListAsync(cancellationToken: Cancelled));
        await Assert.ThrowsAnyAsync<Exception>(test);
    }
}
#endif
