using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance.Classic;

public sealed class ClassicReadMarkerTests(TestServer server) : ReadMarkerTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IReadMarkerStore), () => new Chat(Store).Room(Room).ReadMarkers.GetAsync("alice", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicReadMarkerListTests(TestServer server) : ReadMarkerListTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IReadMarkerStore), () => new Chat(Store).Room(Room).ReadMarkers.GetAsync("alice", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicReadMarkerHistoryTests(TestServer server) : ReadMarkerHistoryTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IReadMarkerStore), () => new Chat(Store).Room(Room).ReadMarkers.GetAsync("alice", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}
