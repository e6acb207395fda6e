namespace RedisChat.Conformance;

/// <summary>Read markers of many users and many rooms: listed, watched, moved at once, and read for one user.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class ReadMarkerListTests(StoreFactory stores) : StoreTests(stores)
{
    private ChatRoom Target => new Chat(Store).Room(Room);

    private RoomReadMarkers Markers => Target.ReadMarkers;

    /// <summary>Runs a test. A store without read markers overrides this, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task Of_concurrent_marks_in_any_order_the_furthest_one_stays() => RunAsync(async () =>
    {
        await AppendManyAsync(64);
        var other = new Chat(OpenStore()).Room(Room).ReadMarkers;
        var ids = Enumerable.Range(1, 64).ToArray();
        new Random(27).Shuffle(ids);

        var marked = await Task.WhenAll(ids.Select(id => Task.Run(() => (id % 2 == 0 ? Markers : other).MarkReadAsync("carol", id, Cancelled))));

        marked.Zip(ids).Should().OnlyContain(pair => pair.First.MessageId >= pair.Second);
        (await Markers.GetAsync("carol", Cancelled))!.MessageId.Should().Be(64);
        marked.DistinctBy(marker => marker.MessageId).Select(marker => (marker.MessageId, marker.At)).OrderBy(marker => marker.MessageId)
            .Should().BeInAscendingOrder(marker => marker.At).And.OnlyHaveUniqueItems();
    });

    [Fact]
    public Task All_users_are_listed_page_by_page_and_also_only_those_who_have_read_a_message() => RunAsync(async () =>
    {
        await AppendManyAsync(200);
        string[] users = [.. Enumerable.Range(1, 200).Select(n => $"user {n}"), "böb", "😀", "a:b{c}%~"];
        await Task.WhenAll(users.Select((user, n) => Markers.MarkReadAsync(user, Math.Min(n + 1, 200), Cancelled)));

        var all = await ListAsync(null, 50);
        all.DistinctBy(marker => marker.User).ToDictionary(marker => marker.User, marker => marker.MessageId)
            .Should().BeEquivalentTo(users.Select((user, n) => (user, Id: (long)Math.Min(n + 1, 200))).ToDictionary(pair => pair.user, pair => pair.Id));
        (await ListAsync(150, 50)).Select(marker => marker.User).Distinct().Should().BeEquivalentTo(users.Skip(149));
        (await ListAsync(200, 1)).Select(marker => marker.User).Distinct().Should().BeEquivalentTo(users.Skip(199));
        (await ListAsync(201, 50)).Should().BeEmpty();
        (await ListAsync(null, 1000)).Should().OnlyContain(marker => marker.At > DateTimeOffset.UnixEpoch);
    });

    [Fact]
    public Task Each_move_is_one_passing_event_and_no_part_of_the_history() => RunAsync(async () =>
    {
        await AppendManyAsync(5);
        var before = (await ReadAsync()).Position;
        await using var log = new WatchLog(Store.WatchAsync(Room, before));
        await log.CaughtUpAsync();

        var first = await Markers.MarkReadAsync("böb", 3, Cancelled);
        await Markers.MarkReadAsync("böb", 2, Cancelled);
        await Markers.MarkUnreadAsync("böb", 5, Cancelled);
        var second = await Markers.MarkUnreadAsync("böb", 2, Cancelled);
        var third = await Markers.MarkReadAsync("a b:{c}%", 5, Cancelled);

        await log.UntilAsync(seen => Moves(seen).Any(moved => moved.User == third.User));
        await log.UntilAsync(seen => Moves(seen).Count() >= 3);
        Moves(log).Select(moved => (moved.User, moved.MessageId, moved.MovedAt)).Should().BeEquivalentTo(
            new[] { first, second, third }.Select(marker => (marker.User, marker.MessageId, marker.At)));
        Moves(log).Should().OnlyContain(moved => moved.Position == before);
        (await ReadAsync()).Position.Should().Be(before);
        (await Store.ReadChangesAsync(Room, before, 10, Cancelled)).Events.Should().BeEmpty();
    });

    [Fact]
    public Task Rooms_are_read_for_a_user_in_the_order_of_the_request() => RunAsync(async () =>
    {
        string[] rooms = [NewRoom(), Room, NewRoom(), NewRoom()];
        await AppendManyAsync(300, rooms[0]);
        await AppendManyAsync(3);
        await AppendAsync("alice", "hello", room: rooms[2]);
        await Markers.MarkReadAsync("carol", 2, Cancelled);
        await new Chat(Store).Room(rooms[2]).Members.JoinAsync("carol", Cancelled);

        foreach (var store in new[] { Store, OpenStore() })
        {
            var read = await store.RequireMarkers().ReadUserRoomsAsync("carol", [.. rooms, rooms[0]], Cancelled);
            read.Select(room => (room.Room, room.Unread.ToString(), room.LastMessage?.Text, room.Position.MessageId, room.Marker?.MessageId)).Should().Equal(
                (rooms[0], "99+", "300", 300, null), (rooms[1], "1", "3", 3, 2), (rooms[2], "0", "hello", 1, 1), (rooms[3], "0", null, 0, null),
                (rooms[0], "99+", "300", 300, null));
            read.Should().OnlyContain(room => room.MayRead && room.Error == null && (room.LastActivity == null) == (room.Position.MessageId == 0));
            read[0].LastActivity.Should().Be(read[0].LastMessage!.Timestamp);
            read[0].Position.Should().Be((await store.ReadAsync(rooms[0], MessageQuery.Newest, Cancelled)).Position);
        }

        (await Store.RequireMarkers().ReadUserRoomsAsync("carol", [], Cancelled)).Should().BeEmpty();
    });

    private static IEnumerable<RoomEvent.ReadMarkerMoved> Moves(WatchLog log) => log.Events.OfType<RoomEvent.ReadMarkerMoved>();

    private async Task<List<ReadMarker>> ListAsync(long? readUpTo, int limit)
    {
        var found = new List<ReadMarker>();
        string? cursor = null;
        do
        {
            var page = await Markers.ListAsync(readUpTo, cursor, limit, Cancelled);
            found.AddRange(page.Markers);
            cursor = page.Cursor;
        }
        while (cursor is not null);

        return found;
    }
}
