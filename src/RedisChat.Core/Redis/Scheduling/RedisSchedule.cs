using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Stores scheduled messages in a hash for each room and user, in the room's slot, so that sending one removes it in the same step; and an entry for each, by time, in the room's part of the directory, where
/// processes look for what is due.
/// </summary>
/// <remarks>
/// The two are in different slots, so they are not changed in one step. The hash is the truth. An entry is added before its message and removed after it, and by those who claimed it only if nothing
/// has changed it since. A message is sent only as it was claimed. So wherever a process dies, what is left is an entry without a message, or with one that is due later: both are noticed when the
/// entry is due.
/// </remarks>
internal sealed class RedisSchedule(RedisStoreContext context, Func<RedisSends> sends) : IScheduleStore
{
    private static readonly RedisScript AddDue = new("due_add.lua");
    private static readonly RedisScript ClaimDue = new("due_claim.lua");
    private static readonly RedisScript SettleDue = new("due_settle.lua");

    private readonly KeyNames _keys = context.Keys;
    private readonly ScheduledValues _values = new(context);

    public ValueTask<ScheduledMessage> ScheduleAsync(ScheduledMessage message, CancellationToken cancellationToken) => context.Calls.RunAsync(
        (Schedule: this, Message: message), static (database, call, token) => call.Schedule.AddAsync(database, call.Message, token), cancellationToken, writes: true);

    public ValueTask<IReadOnlyList<ScheduledMessage>> ListScheduledAsync(string room, string user, CancellationToken cancellationToken) => context.Calls.RunAsync(
        (Schedule: this, Hash: _keys.Scheduled(room, user), Room: room, User: user),
        static async (database, call, token) =>
        {
            var fields = await database.HashGetAllAsync(call.Hash, CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false);
            var messages = new List<ScheduledMessage>(fields.Length);
            foreach (var field in fields)
            {
                messages.Add((await call.Schedule._values.ReadAsync(call.Room, call.User, field.Name!, field.Value, token).ConfigureAwait(false)).Message);
            }

            return (IReadOnlyList<ScheduledMessage>)messages;
        },
        cancellationToken);

    public ValueTask<ScheduledMessage?> ChangeScheduledAsync(
        string room, string user, string id, Func<ScheduledMessage, ScheduledMessage> decide, CancellationToken cancellationToken) => context.Calls.RunAsync(
        (Schedule: this, Room: room, User: user, Id: id, Decide: decide),
        static (database, call, token) => call.Schedule.ChangeAsync(database, call.Room, call.User, call.Id, call.Decide, token), cancellationToken, writes: true);

    public ValueTask<bool> CancelScheduledAsync(string room, string user, string id, CancellationToken cancellationToken) => context.Calls.RunAsync(
        (Schedule: this, Room: room, User: user, Id: id),
        static (database, call, token) => call.Schedule.CancelAsync(database, call.Room, call.User, call.Id, token), cancellationToken, writes: true);

    public ValueTask<DueMessages> ClaimDueAsync(TimeSpan lease, int atMost, CancellationToken cancellationToken) => context.Calls.RunAsync(
        (Schedule: this, Lease: lease, AtMost: atMost),
        static (database, call, token) => call.Schedule.ClaimAsync(database, call.Lease, call.AtMost, token), cancellationToken, writes: true);

    public async ValueTask<MessageReceipt?> SendScheduledAsync(DueMessage due, NewMessage message, Durability durability, CancellationToken cancellationToken)
    {
        try
        {
            var scheduled = due.Message;
            var receipts = await sends().AppendAsync(
                scheduled.Room, [message with { ScheduledId = $"{scheduled.Id}:{DueClaim.Read(due.Claim).Digest}" }], durability, cancellationToken).ConfigureAwait(false);
            return receipts[0];
        }
        catch (NotScheduledException)
        {
            return null;
        }
    }

    public async ValueTask SettleAsync(DueMessage due, TimeSpan? again, CancellationToken cancellationToken) => await context.Calls.RunAsync(
        (Schedule: this, Room: due.Message.Room, Claim: DueClaim.Read(due.Claim), Again: again),
        static async (database, call, token) =>
        {
            await call.Schedule.SettleAsync(database, call.Room, call.Claim, call.Again, token).ConfigureAwait(false);
            return true;
        },
        cancellationToken, writes: true).ConfigureAwait(false);

    /// <summary>Ends a claim, if nothing has changed the entry since.</summary>
    private async ValueTask SettleAsync(IDatabase database, string room, DueClaim claim, TimeSpan? again, CancellationToken cancellationToken) => await SettleDue.AskAsync(
        database, 1,
        [
            (RedisKey)_keys.Due(KeyNames.ShardOf(room)), (RedisValue)claim.Entry, (RedisValue)claim.Until,
            again is { } wait ? (RedisValue)Micros.FromSpan(wait) : RedisValue.EmptyString,
        ],
        cancellationToken).ConfigureAwait(false);

    private async ValueTask<ScheduledMessage> AddAsync(IDatabase database, ScheduledMessage message, CancellationToken cancellationToken)
    {
        var due = (RedisKey)_keys.Due(KeyNames.ShardOf(message.Room));
        var created = await AddDue.AskAsync(database, 1, [due, (RedisValue)Micros.FromTime(message.SendAt), (RedisValue)DueEntry.Rest(message)], cancellationToken).ConfigureAwait(false);
        var entry = new DueEntry(created[0]!, message.Id, message.Message.User, message.Room).ToString();
        var isAdded = false;
        try
        {
            var present = await _values.AddAsync(database, message, created[0]!, cancellationToken).ConfigureAwait(false);
            isAdded = present.IsNull;
            return isAdded ? message : (await _values.ReadAsync(message.Room, message.Message.User, message.Id, present, cancellationToken).ConfigureAwait(false)).Message;
        }
        catch (Exception e) when (e is RedisTimeoutException or RedisConnectionException or OperationCanceledException)
        {
            // It may be added, so its entry stays.
            isAdded = true;
            throw;
        }
        finally
        {
            if (!isAdded)
            {
                await database.SortedSetRemoveAsync(due, entry, CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<bool> CancelAsync(IDatabase database, string room, string user, string id, CancellationToken cancellationToken)
    {
        var hash = _keys.Scheduled(room, user);
        var present = await database.HashGetAsync(hash, id, CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
        if (present.IsNull || !await database.HashDeleteAsync(hash, id, CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        // If the process dies before this, the entry stays until it is due.
        if (await TryReadCreatedAsync(room, user, id, present, cancellationToken).ConfigureAwait(false) is { } created)
        {
            await database.SortedSetRemoveAsync(_keys.Due(KeyNames.ShardOf(room)), new DueEntry(created, id, user, room).ToString(), CommandFlags.DemandMaster)
                .UntilAsync(cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private async ValueTask<string?> TryReadCreatedAsync(string room, string user, string id, RedisValue text, CancellationToken cancellationToken)
    {
        try
        {
            return (await _values.ReadAsync(room, user, id, text, cancellationToken).ConfigureAwait(false)).Created;
        }
        catch (ChatDataException)
        {
            // Whatever it was, it is canceled.
            return null;
        }
    }

    private async ValueTask<ScheduledMessage?> ChangeAsync(
        IDatabase database, string room, string user, string id, Func<ScheduledMessage, ScheduledMessage> decide, CancellationToken cancellationToken)
    {
        var present = await database.HashGetAsync(_keys.Scheduled(room, user), id, CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
        while (!present.IsNull)
        {
            var read = await _values.ReadAsync(room, user, id, present, cancellationToken).ConfigureAwait(false);
            var changed = decide(read.Message);
            if (ReferenceEquals(changed, read.Message))
            {
                return read.Message;
            }

            // Before, so that a message that waits always has an entry, also if this process dies; and after, because a process that saw the message as it was may have removed the entry.
            await SetDueAsync(changed, read.Created).ConfigureAwait(false);
            (var isSet, present) = await _values.ReplaceAsync(database, changed, read, present, cancellationToken).ConfigureAwait(false);
            if (isSet)
            {
                await SetDueAsync(changed, read.Created).ConfigureAwait(false);
                return changed;
            }
        }

        return null;

        async ValueTask SetDueAsync(ScheduledMessage changed, string created)
        {
            if (changed.Failure is null)
            {
                await database.SortedSetAddAsync(
                    _keys.Due(KeyNames.ShardOf(room)), new DueEntry(created, id, user, room).ToString(), Micros.FromTime(changed.SendAt), CommandFlags.DemandMaster)
                    .UntilAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<DueMessages> ClaimAsync(IDatabase database, TimeSpan lease, int atMost, CancellationToken cancellationToken)
    {
        var most = Math.Max(1, atMost / KeyNames.DirectoryShards);
        var parts = await Task.WhenAll(Enumerable.Range(0, KeyNames.DirectoryShards).Select(
            shard => ClaimDue.AskAsync(database, 1, [(RedisKey)_keys.Due(shard), (RedisValue)Micros.FromSpan(lease), (RedisValue)most], cancellationToken))).ConfigureAwait(false);
        var now = parts.Max(part => (long)part[0]);
        var next = parts.Where(part => part[1] != "-").Select(part => (long?)part[1]).Min();
        var found = await Task.WhenAll(parts.SelectMany(part => part.Skip(2).Select(
            entry => FindAsync(database, new DueClaim((long)part[0] + Micros.FromSpan(lease), "", entry!), now, cancellationToken)))).ConfigureAwait(false);
        return new DueMessages
        {
            Messages = [.. found.OfType<DueMessage>().OrderBy(due => due.Message.SendAt).ThenBy(due => DueClaim.Read(due.Claim).Entry, StringComparer.Ordinal)],
            Next = next is { } wait ? TimeSpan.FromMicroseconds(wait) : null,
        };
    }

    /// <summary>The message of an entry, if it is due. If it is not, the entry is set right.</summary>
    private async Task<DueMessage?> FindAsync(IDatabase database, DueClaim claim, long now, CancellationToken cancellationToken)
    {
        if (!DueEntry.TryRead(claim.Entry, out var due))
        {
            return null;
        }

        try
        {
            return await FindAsync(database, due, claim, now, cancellationToken).ConfigureAwait(false);
        }
        catch (ChatDataException e)
        {
            // One that cannot be read must not stop the others.
            ChatLog.ScheduleFailed(context.Logger, e);
            return null;
        }
    }

    private async Task<DueMessage?> FindAsync(IDatabase database, DueEntry due, DueClaim claim, long now, CancellationToken cancellationToken)
    {
        var hash = _keys.Scheduled(due.Room, due.User);
        var value = await database.HashGetAsync(hash, due.Id, CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
        if (value.IsNull)
        {
            // It was sent or canceled, or is about to be stored.
            if (due.IsAbandoned(now))
            {
                await SettleAsync(database, due.Room, claim, null, cancellationToken).ConfigureAwait(false);
            }

            return null;
        }

        var (message, created, _) = await _values.ReadAsync(due.Room, due.User, due.Id, value, cancellationToken).ConfigureAwait(false);
        var wait = Micros.FromTime(message.SendAt) - now;
        if (created != due.Created || message.Failure is not null || wait > 0)
        {
            var again = created == due.Created && message.Failure is null ? TimeSpan.FromMicroseconds(wait) : (TimeSpan?)null;
            await SettleAsync(database, due.Room, claim, again, cancellationToken).ConfigureAwait(false);
            return null;
        }

        return new DueMessage(message, (claim with { Digest = DueClaim.DigestOf(((ReadOnlyMemory<byte>)value).Span) }).ToString());
    }
}
