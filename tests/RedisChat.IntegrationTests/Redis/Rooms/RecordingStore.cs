namespace RedisChat.IntegrationTests.Redis.Rooms;

/// <summary>A store that records the mark of a creation.</summary>
internal sealed class RecordingStore(IRoomDirectoryStore rooms, IMessageStore store) : IMessageStore, IRoomDirectoryStore
{
    public string? Mark { get; private set; }

    public bool RecognizesRepeatedAppends => store.RecognizesRepeatedAppends;

    public object? GetAbility(Type ability) => ability == typeof(IRoomDirectoryStore) ? this : store.GetAbility(ability);

    public ValueTask<RoomCreation> CreateRoomAsync(string room, RoomAbout about, string? unfinished, CancellationToken cancellationToken)
    {
        Mark = unfinished;
        return rooms.CreateRoomAsync(room, about, unfinished, cancellationToken);
    }

    public ValueTask FinishCreationAsync(string room, string unfinished, CancellationToken cancellationToken) => rooms.FinishCreationAsync(room, unfinished, cancellationToken);

    public ValueTask<IReadOnlyList<RoomInfo>> ReadRoomsAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) => rooms.ReadRoomsAsync(ids, cancellationToken);

    public ValueTask<RoomAbout> ChangeAboutAsync(string room, Actor actor, Func<RoomAbout, RoomAbout> decide, CancellationToken cancellationToken) =>
        rooms.ChangeAboutAsync(room, actor, decide, cancellationToken);

    public ValueTask<RoomPage> ListRoomsAsync(RoomOrder order, string? cursor, int limit, CancellationToken cancellationToken) =>
        rooms.ListRoomsAsync(order, cursor, limit, cancellationToken);

    public ValueTask<RoomDeletion> DeleteRoomAsync(string room, Actor actor, string? cursor, CancellationToken cancellationToken) =>
        rooms.DeleteRoomAsync(room, actor, cursor, cancellationToken);

    public ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken) =>
        store.AppendAsync(room, messages, cancellationToken);

    public ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken) => store.GetAsync(room, id, cancellationToken);

    public ValueTask<MessagePage> ReadAsync(string room, MessageQuery query, CancellationToken cancellationToken) => store.ReadAsync(room, query, cancellationToken);

    public ValueTask<MessageChange> ChangeAsync(string room, long id, Func<Message, MessageDecision> decide, CancellationToken cancellationToken) =>
        store.ChangeAsync(room, id, decide, cancellationToken);

    public ValueTask<RoomChanges> ReadChangesAsync(string room, RoomPosition after, int limit, CancellationToken cancellationToken) =>
        store.ReadChangesAsync(room, after, limit, cancellationToken);

    public IAsyncEnumerable<RoomEvent> WatchAsync(string room, WatchOptions options, CancellationToken cancellationToken) => store.WatchAsync(room, options, cancellationToken);
}
