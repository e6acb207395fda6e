using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;

namespace RedisChat;

/// <summary>
/// Stores messages in this process's memory: for tests of applications, and as a readable reference of what a store does. It loses
/// everything when the process ends, and only memory limits it.
/// </summary>
public sealed class InMemoryMessageStore : IMessageStore, IStoreHealth, ISentMessages, ILiveRooms
{
    private readonly ConcurrentDictionary<string, InMemoryRoom> _rooms = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly TimeSpan _idempotencyWindow;
    private readonly int _watcherBufferSize;
    private readonly WatchedStore _watched;
    private readonly InMemoryUpkeepStore _upkeep;
    private readonly InMemoryAttachmentStore _attachments;
    private readonly object[] _abilities;

    /// <summary>Creates an empty store.</summary>
    /// <param name="time">The store's clock; the system's by default.</param>
    /// <param name="idempotencyWindow">How long idempotency keys are remembered; 10 minutes by default.</param>
    /// <param name="watcherBufferSize">How many events a watcher may fall behind before it reads them from the store again; at least 1.</param>
    public InMemoryMessageStore(TimeProvider? time = null, TimeSpan? idempotencyWindow = null, int watcherBufferSize = 1024)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(watcherBufferSize, 1);
        _watcherBufferSize = watcherBufferSize;
        _time = time ?? TimeProvider.System;
        _watched = new WatchedStore(this, this, _time, NullLogger.Instance);
        _idempotencyWindow = idempotencyWindow ?? TimeSpan.FromMinutes(10);
        _upkeep = new InMemoryUpkeepStore(_time);
        _attachments = new InMemoryAttachmentStore(_upkeep);
        var presence = new InMemoryPresenceStore(GetOrAdd, _time);
        _abilities =
        [
            new InMemoryReactionStore(Find),
            new InMemoryMemberStore(Find, GetOrAdd, _time),
            presence,
            new InMemoryUserStore(Find, GetOrAdd),
            new InMemoryReadMarkerStore(Find),
            new InMemoryDirectoryStore(Find, GetOrAdd, _rooms),
            new InMemoryDraftStore(Find, GetOrAdd),
            new InMemoryPinStore(Find, GetOrAdd),
            new InMemoryBulkDeletionStore(Find),
            new InMemoryThreadStore(Find),
            new InMemoryVersionStore(Find),
            new InMemoryScheduleStore(_rooms, GetOrAdd, _time),
            new InMemoryMentionStore(Find),
            new InMemoryWritingStore(GetOrAdd),
            _upkeep,
            new InMemoryExpiryStore(Find),
            new InMemoryRetentionStore(Find),
            new InMemoryPreviewStore(Find),
            _attachments,
            new InMemoryErasureStore(_rooms, GetOrAdd, presence),
            new InMemoryArchivingStore(),
        ];
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_idempotencyWindow, TimeSpan.Zero, nameof(idempotencyWindow));
    }

    /// <inheritdoc/>
    public bool RecognizesRepeatedAppends => true;

    /// <inheritdoc/>
    object? IMessageStore.GetAbility(Type ability) =>
        ability.IsInstanceOfType(this) ? this : Array.Find(_abilities, ability.IsInstanceOfType);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(
        string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(GetOrAdd(room).Append(NewMessage.Snapshot(messages)));
    }

    ValueTask<MessageReceipt?> ISentMessages.FindAsync(string room, NewMessage message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Find(room) is { } target ? target.FindSent(message.Snapshot()) : null);
    }

    /// <inheritdoc/>
    public ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Find(room) is { } target ? target.Get(id) : null);
    }

    /// <inheritdoc/>
    public ValueTask<MessagePage> ReadAsync(string room, MessageQuery query, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Find(room) is { } target
            ? target.Read(query)
            : new MessagePage { Messages = [], Position = RoomPosition.Start });
    }

    /// <inheritdoc/>
    public ValueTask<MessageChange> ChangeAsync(
        string room, long id, Func<Message, MessageDecision> decide, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Find(room) is { } target
            ? target.Change(id, decide)
            : new MessageChange(ChangeOutcome.NotFound, null));
    }

    /// <inheritdoc/>
    public ValueTask<RoomChanges> ReadChangesAsync(
        string room, RoomPosition after, int limit, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(GetOrAdd(room).ReadChanges(after, limit));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<RoomEvent> WatchAsync(string room, WatchOptions options, CancellationToken cancellationToken = default) =>
        _watched.Watch(room, options, cancellationToken);

    CancellationToken ILiveRooms.Ending => CancellationToken.None;

    ValueTask<ILiveRoom> ILiveRooms.JoinAsync(string room, CancellationToken cancellationToken) => new(GetOrAdd(room));

    /// <inheritdoc/>
    public Task<ChatHealth> CheckHealthAsync(TimeSpan patience, CancellationToken cancellationToken = default)
    {
        var works = new ChatHealthStep(true, TimeSpan.Zero);
        return Task.FromResult(new ChatHealth(works, works, works));
    }

    // A thread that nobody has used yet has rules, too.
    private InMemoryRoom? Find(string room) => ThreadId.IsThread(room) ? GetOrAdd(room) : _rooms.GetValueOrDefault(room);

    private InMemoryRoom GetOrAdd(string room) => _rooms.GetOrAdd(
        room,
        static (room, store) => ThreadId.TrySplit(room, out var above, out var message)
            ? store.Create(room, store.GetOrAdd(above), message)
            : store.Create(room),
        this);

    private InMemoryRoom Create(string room, InMemoryRoom? above = null, long message = 0) =>
        new(_time, _idempotencyWindow, _watcherBufferSize, new InMemoryAttachments(room, _attachments), above, message) { NeedsUpkeep = at => _upkeep.Add(room, at) };
}
