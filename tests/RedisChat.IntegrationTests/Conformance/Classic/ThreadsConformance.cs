using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance.Classic;

/// <summary>The layout has no place for threads.</summary>
public sealed class ClassicThreadTests(TestServer server) : ThreadTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("threads", () => Task.FromResult(new Chat(Store).Room(Room).Thread(1)));
        await NotSupportedAsync("threads", () => new Chat(Store).SendAsync(new ThreadId(Room, 1).RoomId, "alice", "hello", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

/// <summary>The layout has no place for threads.</summary>
public sealed class ClassicThreadRuleTests(TestServer server) : ThreadRuleTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("threads", () => Task.FromResult(new Chat(Store).Room(Room).Thread(1)));
        await NotSupportedAsync("threads", () => new Chat(Store).SendAsync(new ThreadId(Room, 1).RoomId, "alice", "hello", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

/// <summary>The layout has no place for threads.</summary>
public sealed class ClassicThreadDeletionTests(TestServer server) : ThreadDeletionTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("threads", () => Task.FromResult(new Chat(Store).Room(Room).Thread(1)));
        await NotSupportedAsync("threads", () => new Chat(Store).SendAsync(new ThreadId(Room, 1).RoomId, "alice", "hello", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

/// <summary>The layout has no place for threads.</summary>
public sealed class ClassicThreadFollowTests(TestServer server) : ThreadFollowTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("threads", () => Task.FromResult(new Chat(Store).Room(Room).Thread(1)));
        await NotSupportedAsync("threads", () => new Chat(Store).SendAsync(new ThreadId(Room, 1).RoomId, "alice", "hello", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}
