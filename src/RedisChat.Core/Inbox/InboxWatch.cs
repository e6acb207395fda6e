namespace RedisChat;

/// <summary>
/// Watches what an inbox depends on: the user's list of rooms, and each room in it. Events only say what to read again; what is delivered comes from the store.
/// </summary>
internal sealed class InboxWatch : IAsyncDisposable
{
    private const int RoomsAtOnce = 200;

    private static readonly TimeSpan PauseWhileUnavailable = TimeSpan.FromMilliseconds(250);

    private readonly InboxNews _news = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Chat _chat;
    private readonly string _user;
    private readonly InboxReader _reader;
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WatchedRooms _rooms;
    private readonly Task _pumps;

    // What the consumer has received; and the rooms that the list had when it was last read.
    private readonly Dictionary<string, InboxRoom> _inbox = new(StringComparer.Ordinal);
    private Dictionary<string, ListedRoom> _listed = new(StringComparer.Ordinal);
    private HashSet<string> _watched = new(StringComparer.Ordinal);
    private long _refreshed;

    // The threads of the list by the rooms that they belong to, where the right to read them changes.
    private volatile ILookup<string, string> _threads = Array.Empty<string>().ToLookup(thread => thread, StringComparer.Ordinal);

    public InboxWatch(Chat chat, string user, InboxReader reader)
    {
        (_chat, _user, _reader) = (chat, user, reader);
        _refreshed = chat.Runner.Time.GetTimestamp();
        _rooms = chat.WatchManyAsync([]);
        var scope = chat.Store.WatchAsync(UserScope.Of(user), WatchOptions.FromNow, _ending.Token);
        _pumps = Task.WhenAll(Background.Run(() => PumpAsync(scope)), Background.Run(() => PumpAsync(_rooms)), Background.Run(EndWhenRevokedAsync));
    }

    /// <summary>Waits until something may have changed, or the whole inbox is to be read again.</summary>
    public async ValueTask ArrivedAsync(TimeSpan refresh, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var arrived = _news.Arrived;
        var left = refresh - _chat.Runner.Time.GetElapsedTime(_refreshed);
        await Task.WhenAny(arrived, Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, _chat.Runner.Time, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (arrived.IsFaulted)
        {
            await arrived.ConfigureAwait(false);
        }

        // Also while there is something new all the time.
        if (_chat.Runner.Time.GetElapsedTime(_refreshed) >= refresh)
        {
            _refreshed = _chat.Runner.Time.GetTimestamp();
            AddAll();
        }
    }

    /// <summary>Reads what may have changed.</summary>
    /// <returns>What has changed.</returns>
    public async ValueTask<IReadOnlyList<InboxChange>> ReadAsync(CancellationToken cancellationToken)
    {
        var (list, rooms) = _news.Take();
        while (true)
        {
            try
            {
                return await ReadAsync(list, rooms, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is ChatUnavailableException or ChatOverloadedException)
            {
                ChatLog.WatcherWaits(_chat.Runner.Logger, e);
            }

            await Task.Delay(PauseWhileUnavailable, _chat.Runner.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _rooms.DisposeAsync().ConfigureAwait(false);
        await _pumps.ConfigureAwait(false);
        _ending.Dispose();
    }

    private async ValueTask<IReadOnlyList<InboxChange>> ReadAsync(bool list, HashSet<string> rooms, CancellationToken cancellationToken)
    {
        var changes = new List<InboxChange>();
        if (list)
        {
            await ReadListAsync(rooms, cancellationToken).ConfigureAwait(false);
            changes.AddRange(_inbox.Keys.Where(room => !_listed.ContainsKey(room)).Select(room => new InboxChange(room, null)));
        }

        foreach (var part in rooms.Where(_listed.ContainsKey).Chunk(RoomsAtOnce))
        {
            var (found, unreadable) = await RunAsync(part, static (watch, part, token) => watch._reader.ReadAsync([.. part.Select(room => watch._listed[room])], token), cancellationToken)
                .ConfigureAwait(false);
            var entries = found.ToDictionary(room => room.Entry.Room, room => room.Entry, StringComparer.Ordinal);
            foreach (var room in part.Except(unreadable))
            {
                if (entries.GetValueOrDefault(room) is var now && now != _inbox.GetValueOrDefault(room))
                {
                    changes.Add(new InboxChange(room, now));
                }
            }
        }

        // At the end, because an attempt that fails is repeated as a whole.
        foreach (var change in changes)
        {
            if (change.Now is null)
            {
                _inbox.Remove(change.Room);
            }
            else
            {
                _inbox[change.Room] = change.Now;
            }
        }

        return changes;
    }

    /// <summary>
    /// Reads the list, and watches the rooms in it. A new room is read at once, in case it takes long until it is watched, and again when its watch begins, with
    /// <see cref="RoomEvent.CaughtUp"/>.
    /// </summary>
    private async ValueTask ReadListAsync(HashSet<string> rooms, CancellationToken cancellationToken)
    {
        var listed = await RunAsync(0, static (watch, _, token) => watch._reader.ReadListAsync(token), cancellationToken).ConfigureAwait(false);
        var before = _listed;
        _listed = listed.ToDictionary(room => room.Room, StringComparer.Ordinal);
        _threads = _listed.Keys.Where(ThreadId.IsThread).ToLookup(ThreadId.RuledBy, StringComparer.Ordinal);
        var watched = _listed.Keys.Concat(_threads.Select(threads => threads.Key)).ToHashSet(StringComparer.Ordinal);
        foreach (var room in _watched.Where(room => !watched.Contains(room)))
        {
            _rooms.Remove(room);
        }

        _watched = watched;

        foreach (var room in listed)
        {
            if (_rooms.TryAdd(room.Room) || before.GetValueOrDefault(room.Room) != room)
            {
                rooms.Add(room.Room);
            }
        }

        foreach (var threads in _threads)
        {
            _rooms.TryAdd(threads.Key);
        }
    }

    private ValueTask<T> RunAsync<TState, T>(TState state, Func<InboxWatch, TState, CancellationToken, ValueTask<T>> read, CancellationToken cancellationToken) =>
        _chat.Runner.RunAsync(
            UserInbox.Read, null, (Watch: this, State: state, Read: read), static (call, token) => call.Read(call.Watch, call.State, token), cancellationToken);

    private void AddAll()
    {
        _news.AddList();
        foreach (var room in _listed.Keys)
        {
            _news.Add(room);
        }
    }

    private Task PumpAsync(IAsyncEnumerable<RoomEvent> scope) => PumpAsync(scope, happened =>
    {
        if (happened is RoomEvent.RoomListed or RoomEvent.CaughtUp or RoomEvent.Gap)
        {
            _news.AddList();
        }
    });

    private Task EndWhenRevokedAsync() => RunAsync(async () =>
    {
        await _chat.WaitForRevocationAsync(_user, _begun, _ending.Token).ConfigureAwait(false);
        _news.Fail(Forbidden.Revoked(null));
    });

    private Task PumpAsync(WatchedRooms rooms) => PumpAsync(rooms, watched =>
    {
        if (Concerns(watched.Event))
        {
            _news.Add(watched.Room);
        }

        // The room of a thread may have changed between the first read of the thread and the beginning of the room's watch.
        if (watched.Event is RoomEvent.CaughtUp or RoomEvent.MemberChanged or RoomEvent.RulesChanged or RoomEvent.Gap or RoomEvent.Failed)
        {
            foreach (var thread in _threads[watched.Room])
            {
                _news.Add(thread);
            }
        }

        if (watched.Event is RoomEvent.RoomDeleted)
        {
            // The room has left the stream. It may be created again, and the user a member again.
            _news.AddList();
        }
    });

    private Task PumpAsync<T>(IAsyncEnumerable<T> events, Action<T> take) => RunAsync(async () =>
    {
        // Nothing is delivered before a revocation would end it.
        await _begun.Task.WaitAsync(_ending.Token).ConfigureAwait(false);
        await foreach (var happened in events.ConfigureAwait(false))
        {
            take(happened);
        }
    });

    private async Task RunAsync(Func<Task> watch)
    {
        try
        {
            await watch().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The watch has ended.
        }
        catch (Exception e)
        {
            _news.Fail(e);
        }
    }

    private bool Concerns(RoomEvent happened) => happened switch
    {
        RoomEvent.MemberChanged changed => changed.Member.User == _user,
        RoomEvent.ReadMarkerMoved moved => moved.User == _user,
        RoomEvent.Created or RoomEvent.Edited or RoomEvent.WritingEnded or RoomEvent.Deleted or RoomEvent.DeletedMany or RoomEvent.Trimmed or RoomEvent.RulesChanged or RoomEvent.UserErased => true,
        RoomEvent.Gap or RoomEvent.CaughtUp or RoomEvent.RoomDeleted or RoomEvent.Failed => true,
        _ => false,
    };
}
