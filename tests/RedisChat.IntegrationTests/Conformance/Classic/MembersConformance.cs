using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance.Classic;

public sealed class ClassicMemberTests(TestServer server) : MemberTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IMemberStore), () => new Chat(Store).Room(Room).Members.GetAsync("alice", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicGuardTests(TestServer server) : GuardTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IMemberStore), () => new Chat(Store).Room(Room).Members.GetAsync("alice", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}
