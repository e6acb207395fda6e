using System.Collections.Concurrent;
using System.Threading.Channels;

namespace RedisChat;

/// <summary>Keeps an index at the state of the rooms: see <see cref="Chat.RunIndexAsync"/>.</summary>
/// <remarks>
/// A room catches up first, from the position that the index has, a few rooms at a time and in large batches; then it joins the one stream of all rooms. Whatever is unclear there, such as a gap,
/// sends it back to catching up, which finds out from the store. Positions and messages change in one step of the index, so any end of this process leaves a state to continue from.
/// </remarks>
internal sealed class IndexFeeder(Chat chat, IMessageIndex index, IndexingOptions options)
{
    private const int RoomsAtOnce = 4;
    private const int MostEvents = 500;

    // One pass of so many reads all rooms.
    private const int PassesAtOnce = 30;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly OperationRunner _runner = chat.Runner;
    private readonly IRoomDirectoryStore? _directory = chat.Store.GetAbility<IRoomDirectoryStore>();
    private readonly Channel<string> _behind = Channel.CreateUnbounded<string>();

    // All rooms that catch up or are in the stream; of the latter, the position in the index.
    private readonly ConcurrentDictionary<string, RoomPosition?> _rooms = new(StringComparer.Ordinal);

    // Rooms that were found again while they caught up.
    private readonly ConcurrentDictionary<string, bool> _wanted = new(StringComparer.Ordinal);

    // Rooms that could not be read, until they can; whether that will pass by itself. The empty name is for finding rooms.
    private readonly ConcurrentDictionary<string, bool> _failing = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stream = chat.WatchManyAsync([], null, end.Token);
        await using var _ = ((IAsyncDisposable)stream).ConfigureAwait(false);
        var work = Enumerable.Range(0, RoomsAtOnce).Select(__ => CatchUpAsync(stream, end.Token)).Append(FollowAsync(stream, end.Token)).Append(DiscoverAsync(end.Token)).ToArray();
        var first = await Task.WhenAny(work).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        await first.ConfigureAwait(false);
    }

    private void Include(string room)
    {
        if (IsFollowed(room))
        {
            return;
        }

        // Whoever finds just now that there is no such room must look again.
        _wanted[room] = true;
        if (_rooms.TryAdd(room, null))
        {
            _wanted.TryRemove(room, out _);
            _behind.Writer.TryWrite(room);
        }
    }

    private void Include(IReadOnlyList<string> rooms)
    {
        foreach (var room in rooms)
        {
            Include(room);
        }
    }

    /// <summary>Forgets a room that does not exist. It is found again when it does.</summary>
    private void Exclude(string room)
    {
        _rooms.TryRemove(room, out _);
        if (_wanted.TryRemove(room, out _))
        {
            Include(room);
        }
    }

    /// <summary>Whether a room is in the stream, which sends it back if it is not what it was.</summary>
    private bool IsFollowed(string room) => _rooms.TryGetValue(room, out var position) && position is not null;

    /// <summary>Lets a room catch up again.</summary>
    private void SendBack(WatchedRooms stream, string room)
    {
        stream.Remove(room);
        _rooms[room] = null;
        _behind.Writer.TryWrite(room);
    }

    /// <summary>Finds rooms.</summary>
    private async Task DiscoverAsync(CancellationToken cancellationToken)
    {
        for (var pass = 0; ; pass++)
        {
            try
            {
                // A room that was deleted while nobody fed the index is known only here, and so are one that failed and those that somebody searches.
                Include(await index.ListRoomsAsync(cancellationToken).ConfigureAwait(false));

                await foreach (var room in (options.Rooms?.Invoke(cancellationToken) ?? None()).WithCancellation(cancellationToken).ConfigureAwait(false))
                {
                    ChatInput.CheckRoom(room, chat.Store);
                    Include(room);
                }

                await DiscoverListedAsync(isWhole: pass % PassesAtOnce == 0, cancellationToken).ConfigureAwait(false);
                _failing.TryRemove("", out _);
            }
            catch (ChatException e) when (e is not ChatIndexException)
            {
                // All of it with the next pass.
                Report("", e);
                pass = -1;
            }

            await Task.Delay(options.DiscoveryInterval, _runner.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Finds rooms in the directory.</summary>
    /// <param name="isWhole">Whether to read all of it, instead of the rooms that were active last: those with a first message are among them, unless an update of their place was lost.</param>
    /// <param name="cancellationToken">Stops.</param>
    private async Task DiscoverListedAsync(bool isWhole, CancellationToken cancellationToken)
    {
        string? cursor = null;
        if (_directory is null)
        {
            return;
        }

        do
        {
            var page = await chat.Rooms.ListAsync(RoomOrder.Activity, cursor, 100, cancellationToken).ConfigureAwait(false);
            var isKnown = page.Rooms.Count > 0 && page.Rooms.All(room => _rooms.ContainsKey(room.Id));
            foreach (var room in page.Rooms)
            {
                Include(room.Id);
            }

            cursor = isKnown && !isWhole ? null : page.Cursor;
        }
        while (cursor is not null);
    }

    /// <summary>Brings rooms to the present, and into the stream.</summary>
    private async Task CatchUpAsync(WatchedRooms stream, CancellationToken cancellationToken)
    {
        await foreach (var room in _behind.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                if (await CatchUpAsync(room, cancellationToken).ConfigureAwait(false) is { } position)
                {
                    _rooms[room] = position;
                    stream.TryAdd(room, position);
                }
                else
                {
                    Exclude(room);
                }

                _failing.TryRemove(room, out _);
            }
            catch (ChatException e) when (IsPassing(e))
            {
                // Rooms on other servers may be within reach: they are next.
                Report(room, e);
                await Task.Delay(Pause, _runner.Time, cancellationToken).ConfigureAwait(false);
                _behind.Writer.TryWrite(room);
            }
            catch (ChatException e) when (e is not ChatIndexException)
            {
                // What the store holds of this room is broken. The others go on, and the next pass tries it again.
                Report(room, e);
                _rooms.TryRemove(room, out _);
            }
        }
    }

    /// <summary>Brings a room to the present.</summary>
    /// <returns>Its position; <see langword="null"/> if there is no such room.</returns>
    private async Task<RoomPosition?> CatchUpAsync(string room, CancellationToken cancellationToken)
    {
        var at = await index.ReadPositionAsync(room, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var position = at ?? RoomPosition.Start;
            var changes = await chat.ReadChangesAsync(room, position, MostEvents, cancellationToken).ConfigureAwait(false);
            var builder = new IndexBatchBuilder(room, at);
            foreach (var happened in changes.Events)
            {
                builder.Add(happened);
            }

            IndexBatch batch;
            if (changes.Position == RoomPosition.Start || changes.Events is [RoomEvent.RoomDeleted])
            {
                batch = new IndexBatch { Room = room, After = at, Position = null };
            }
            else if (changes.Events is [RoomEvent.Gap])
            {
                batch = new IndexBatch { Room = room, After = at, Clear = true, Position = RoomPosition.Start };
            }
            else
            {
                if (!changes.HasMore)
                {
                    // After the history was read: a thread whose message was deleted by then is not in it.
                    await FindClosedThreadsAsync(room, builder, cancellationToken).ConfigureAwait(false);
                }

                builder.Threads.RemoveWhere(IsFollowed);
                await builder.ReadChangedAsync(id => chat.GetAsync(room, id, cancellationToken)).ConfigureAwait(false);
                batch = builder.Build(changes.Position);
            }

            if ((batch.Position == at && batch.FoundRooms.Count == 0) || await index.ApplyAsync(batch, cancellationToken).ConfigureAwait(false))
            {
                at = batch.Position;
                Include(batch.FoundRooms);
                if (at is null || (at != RoomPosition.Start && !changes.HasMore))
                {
                    return at;
                }
            }
            else
            {
                // Another process feeds the same index.
                at = await index.ReadPositionAsync(room, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes what happens in the rooms of the stream.</summary>
    private async Task FollowAsync(WatchedRooms stream, CancellationToken cancellationToken)
    {
        var pending = new Dictionary<string, IndexBatchBuilder>(StringComparer.Ordinal);
        var events = stream.GetAsyncEnumerator(cancellationToken);
        await using var _ = events.ConfigureAwait(false);
        while (true)
        {
            var next = events.MoveNextAsync();
            if (!next.IsCompleted && pending.Count > 0)
            {
                await ApplyAsync(stream, pending, cancellationToken).ConfigureAwait(false);
            }

            if (!await next.ConfigureAwait(false))
            {
                return;
            }

            var (room, happened) = events.Current;
            if (happened.IsPassing || !_rooms.TryGetValue(room, out var position) || position is null)
            {
                continue;
            }

            if (happened is RoomEvent.Gap or RoomEvent.RoomDeleted or RoomEvent.Failed)
            {
                pending.Remove(room);
                Leave(stream, room, happened);
                continue;
            }

            if (!pending.TryGetValue(room, out var builder))
            {
                pending.Add(room, builder = new IndexBatchBuilder(room, position));
            }

            builder.Add(happened);
            if (builder.Events >= MostEvents || pending.Count >= MostEvents)
            {
                await ApplyAsync(stream, pending, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask ApplyAsync(WatchedRooms stream, Dictionary<string, IndexBatchBuilder> pending, CancellationToken cancellationToken)
    {
        foreach (var (room, builder) in pending)
        {
            builder.Threads.RemoveWhere(IsFollowed);
            await builder.ReadChangedAsync(id => chat.GetAsync(room, id, cancellationToken)).ConfigureAwait(false);
            var batch = builder.Build();
            if ((batch.Position == batch.After && batch.FoundRooms.Count == 0) || await index.ApplyAsync(batch, cancellationToken).ConfigureAwait(false))
            {
                _rooms[room] = batch.Position;
                Include(batch.FoundRooms);
            }
            else
            {
                SendBack(stream, room);
            }
        }

        pending.Clear();
    }

    private void Leave(WatchedRooms stream, string room, RoomEvent happened)
    {
        if (happened is RoomEvent.Failed { Error: var error })
        {
            // Waiting does not fix it, so that the next pass is soon enough.
            _rooms.TryRemove(room, out _);
            if (error is ChatException reason)
            {
                Report(room, reason);
            }

            return;
        }

        SendBack(stream, room);
        if (happened is RoomEvent.RoomDeleted && !ThreadId.IsThread(room))
        {
            foreach (var (thread, position) in _rooms)
            {
                if (position is not null && thread != room && ThreadId.RuledBy(thread) == room)
                {
                    SendBack(stream, thread);
                }
            }
        }
    }

    /// <summary>Finds threads whose messages were deleted. Those of other messages come with the messages.</summary>
    private async ValueTask FindClosedThreadsAsync(string room, IndexBatchBuilder builder, CancellationToken cancellationToken)
    {
        if (!ThreadId.IsThread(room) && chat.Store.GetAbility<IThreadStore>() is { } threads)
        {
            foreach (var messageId in await threads.ReadClosedThreadsAsync(room, null, cancellationToken).ConfigureAwait(false))
            {
                builder.Threads.Add(new ThreadId(room, messageId).RoomId);
            }
        }
    }

    // Once for each broken room, and once for all that are out of reach.
    private void Report(string room, ChatException error)
    {
        var isPassing = IsPassing(error);
        var isNew = !isPassing || !_failing.Any(other => other.Value);
        if (_failing.TryAdd(room, isPassing) && isNew)
        {
            ChatLog.IndexingFailed(_runner.Logger, error);
        }
    }

    private static bool IsPassing(ChatException error) => error is ChatUnavailableException or ChatTopologyException or ChatOverloadedException;

    private static async IAsyncEnumerable<string> None()
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield break;
    }
}
