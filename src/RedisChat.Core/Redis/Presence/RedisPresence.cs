using System.Collections.Concurrent;

namespace RedisChat.Redis;

/// <summary>Stores presence in Redis: see <c>presence_update.lua</c>.</summary>
/// <remarks>
/// Whoever calls the script removes a few users of dead processes too. If there are more, this goes on in the background, and so does the report of the number
/// of users in a large room, once it is due.
/// </remarks>
internal sealed class RedisPresence(RedisStoreContext context) : IPresenceStore, IProbedFeature, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // The rooms that this process has users in.
    private readonly ConcurrentDictionary<string, Place> _here = new(StringComparer.Ordinal);

    // The rooms in which something is still to be done.
    private readonly ConcurrentDictionary<string, byte> _tending = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _ending = new();

    public char Letter => PresenceKeys.Letter;

    public async ValueTask<PresenceAnswer> UpdatePresenceAsync(string room, PresenceUpdate update, CancellationToken cancellationToken = default)
    {
        // Otherwise users would enter again after DisposeAsync took them out.
        ObjectDisposedException.ThrowIf(_ending.IsCancellationRequested, typeof(RedisMessageStore));
        var reply = await CallAsync(room, update, cancellationToken).ConfigureAwait(false);
        Note(room, update, reply);
        if (reply.HasDead || reply.Due > TimeSpan.Zero)
        {
            Tend(room, reply);
        }

        return reply.Answer;
    }

    public async ValueTask<PresentUsers> ReadPresentUsersAsync(string room, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        var (users, hasDead) = await ListAsync(room, cursor, limit, cancellationToken).ConfigureAwait(false);
        if (!hasDead)
        {
            return users;
        }

        // The number of users includes those of dead processes until they are removed.
        while ((await CallAsync(room, PresenceCall.Removal, cancellationToken).ConfigureAwait(false)).HasDead)
        {
        }

        return (await ListAsync(room, cursor, limit, cancellationToken).ConfigureAwait(false)).Users;
    }

    public async ValueTask SendTypingAsync(string room, string user, TimeSpan duration, CancellationToken cancellationToken = default) =>
        await context.Calls.RunAsync(
            (Context: context, Room: room, User: user, Duration: duration),
            static async (database, call, token) =>
            {
                call.Context.Rooms.TryGet(call.Room, out var known);
                for (var hasRules = known.HasRules; ; hasRules = true)
                {
                    using var answer = await PresenceCall.TypingAsync(
                        database, call.Context.Keys, call.Context.Connection.Channels.PublishCommand, call.Room, call.User, call.Duration, hasRules)
                        .AsTask().UntilAsync(token).ConfigureAwait(false);
                    if (PresenceCall.ReadTyping(answer) is not { } uses)
                    {
                        return true;
                    }

                    call.Context.Rooms.Raise(call.Room, known with { Uses = uses });
                }
            },
            cancellationToken, writes: true).ConfigureAwait(false);

    /// <summary>Removes the users of dead processes from a room that this process only watches. Heartbeats do it in rooms that it has users in.</summary>
    public void Probed(string room)
    {
        if (!_here.TryGetValue(room, out var place) || context.Time.GetElapsedTime(place.LastCall) > place.Interval)
        {
            Tend(room, new PresenceReply(IsAccepted: true, IsHere: false, HasDead: true, TimeSpan.Zero));
        }
    }

    /// <summary>Takes the users of this process out of all rooms, as far as the server answers in time. Otherwise they expire.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        var places = _here.SelectMany(place => place.Value.Processes, (place, process) => LeaveAsync(place.Key, process)).ToList();
        await Task.WhenAll(places).EndedAsync(Patience, context.Time).ConfigureAwait(false);
        _here.Clear();
    }

    private void Note(string room, PresenceUpdate update, PresenceReply reply)
    {
        if (_here.TryGetValue(room, out var place) && reply.IsHere && place.Processes.Contains(update.Process))
        {
            // A heartbeat. The next one comes earlier than in this interval.
            (place.LastCall, place.Interval) = (context.Time.GetTimestamp(), update.Expiry / 2);
            return;
        }

        if (place is null && !reply.IsHere)
        {
            return;
        }

        lock (_here)
        {
            var others = _here.TryGetValue(room, out place) ? place.Processes.Where(other => other != update.Process) : [];
            string[] processes = [.. reply.IsHere ? others.Append(update.Process) : others];
            if (processes.Length > 0)
            {
                _here[room] = new Place(processes) { LastCall = context.Time.GetTimestamp(), Interval = update.Expiry / 2 };
            }
            else
            {
                _here.TryRemove(room, out _);
            }
        }
    }

    private async Task LeaveAsync(string room, string process)
    {
        using var patience = new CancellationTokenSource(Patience, context.Time);
        var update = new PresenceUpdate { Process = process, Expiry = TimeSpan.Zero };
        while ((await CallAsync(room, update, patience.Token).ConfigureAwait(false)).HasDead)
        {
        }
    }

    private void Tend(string room, PresenceReply reply)
    {
        if (!_ending.IsCancellationRequested && _tending.TryAdd(room, 0))
        {
            Background.Begin((Self: this, Room: room, Reply: reply), static tend => _ = tend.Self.TendAsync(tend.Room, tend.Reply));
        }
    }

    private async Task TendAsync(string room, PresenceReply reply)
    {
        try
        {
            while (reply.HasDead || reply.Due > TimeSpan.Zero)
            {
                if (!reply.HasDead)
                {
                    await Task.Delay(reply.Due, context.Time, _ending.Token).ConfigureAwait(false);
                }

                using var patience = new Deadline(Patience, context.Time, _ending.Token);
                reply = await CallAsync(room, PresenceCall.Removal, patience.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            // Whoever calls the script next goes on.
            ChatLog.RemovalFailed(context.Logger, e);
        }
        finally
        {
            _tending.TryRemove(room, out _);
        }
    }

    private ValueTask<PresenceReply> CallAsync(string room, PresenceUpdate update, CancellationToken cancellationToken) =>
        context.Calls.RunAsync(
            (Context: context, Room: room, Update: update),
            static async (database, call, token) =>
            {
                call.Context.Rooms.TryGet(call.Room, out var known);
                for (var hasRules = known.HasRules; ; hasRules = true)
                {
                    using var answer = await PresenceCall.UpdateAsync(
                        database, call.Context.Keys, call.Context.Connection.Channels.PublishCommand, call.Room, call.Update, hasRules)
                        .AsTask().UntilAsync(token).ConfigureAwait(false);
                    var reply = PresenceCall.ReadUpdate(answer);
                    if (!reply.IsUnguarded)
                    {
                        return reply;
                    }

                    call.Context.Rooms.Raise(call.Room, known with { Uses = reply.Uses });
                }
            },
            cancellationToken, writes: true);

    private ValueTask<(PresentUsers Users, bool HasDead)> ListAsync(string room, string? cursor, int limit, CancellationToken cancellationToken) =>
        context.Calls.RunAsync(
            (context.Keys, Room: room, Cursor: cursor, Limit: limit),
            static async (database, call, token) =>
            {
                using var answer = await PresenceCall.ListAsync(database, call.Keys, call.Room, call.Cursor, call.Limit).AsTask().UntilAsync(token).ConfigureAwait(false);
                return PresenceCall.ReadList(answer);
            },
            cancellationToken);

    /// <summary>One room that this process has users in.</summary>
    /// <param name="processes">Its names there: usually one.</param>
    private sealed class Place(string[] processes)
    {
        public string[] Processes => processes;

        public long LastCall { get; set; }

        public TimeSpan Interval { get; set; }
    }
}
