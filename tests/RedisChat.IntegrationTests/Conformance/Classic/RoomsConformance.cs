using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance.Classic;

public sealed class ClassicRoomSettingsTests(TestServer server) : RoomSettingsTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IRoomDirectoryStore), () => new Chat(Store).Rooms.GetInfoAsync(Room, Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicRoomDeletionTests(TestServer server) : RoomDeletionTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IRoomDirectoryStore), () => new Chat(Store).Rooms.GetInfoAsync(Room, Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicDirectoryTests(TestServer server) : DirectoryTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IRoomDirectoryStore), () => new Chat(Store).Rooms.GetInfoAsync(Room, Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicRoomCreationTests(TestServer server) : RoomCreationTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IRoomDirectoryStore), () => new Chat(Store).Rooms.GetInfoAsync(Room, Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicDirectRoomTests(TestServer server) : DirectRoomTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IRoomDirectoryStore), () => new Chat(Store).Rooms.GetInfoAsync(Room, Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}
