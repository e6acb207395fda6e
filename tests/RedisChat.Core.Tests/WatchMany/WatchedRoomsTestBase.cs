using Microsoft.Extensions.Time.Testing;

namespace RedisChat.Tests.WatchMany;

/// <summary>Many rooms in one stream, which deliver when the test says so.</summary>
public abstract class WatchedRoomsTestBase
{
    private protected ScriptedStore Store { get; } = new();

    private protected FakeTimeProvider Time { get; } = new();

    private protected RecordedLog Log { get; } = new();

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    protected static async Task<(string Room, long Id)> NextAsync(IAsyncEnumerator<WatchedRoomEvent> events)
    {
        (await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancelled)).Should().BeTrue();
        return (events.Current.Room, events.Current.Event.Position.MessageId);
    }

    protected Chat Chat() => new(Store, time: Time, logger: Log);

    protected WatchedRooms Watch(params string[] rooms) =>
        Chat().WatchManyAsync(rooms.Select(room => KeyValuePair.Create<string, RoomPosition?>(room, null)), cancellationToken: Cancelled);
}
