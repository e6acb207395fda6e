using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance;

public sealed class ClassicDirectRoomTests(TestServer server) : DirectRoomTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IRoomDirectoryStore), () => new Chat(Store).Rooms.GetInfoAsync(Room, Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}
