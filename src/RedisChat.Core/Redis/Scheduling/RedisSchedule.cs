using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Stores scheduled messages in a hash for each room and user, in the room's slot, so that sending one removes it in the same step; and an entry for each, by time, in the room's part of the directory, where
/// processes look for what is due.
/// </summary>
/// <remarks>
/// The two are in different slots, so they are not changed in one step. The hash is the truth. An entry is added before its message and removed after it, and it is compared with the message before the message
/// is sent, so wherever a process dies, what is left is an entry without a message, or with one that is due later: both are noticed when the entry is due.
/// </remarks>
internal sealed class RedisSchedule(RedisStoreContext context, Func<RedisSends> sends) : IScheduleStore
{
    private static readonly RedisScript AddDue = new("due_add.lua");
    private static readonly RedisScript ClaimDue = new("due_claim.lua");
    private static readonly RedisScript SetScheduled = new("scheduled_set.lua");

    private readonly KeyNames _keys = context.Keys;

    public ValueTask<ScheduledMessage> ScheduleAsync(ScheduledMessage message, CancellationToken cancellationToken) => context.Calls.RunAsync(
        (Schedule: this, Message: message), static (database, call, token) => call.Schedule.AddAsync(database, call.Message, token), cancellationToken, writes: true);

    public ValueTask<IReadOnlyList<ScheduledMessage>> ListScheduledAsync(string room, string user, CancellationToken cancellationToken) => context.Calls.RunAsync(
        (Hash: _keys.Scheduled(room, user), Room: room),
        static async (database, call, token) =>
        {
            var fields = await database.HashGetAllAsync(call.Hash, CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false);
            return (IReadOnlyList<ScheduledMessage>)[.. fields.Select(field => ScheduledJson.Read(call.Hash, call.Room, field.Name!, field.Value, out _))];
        },
        cancellationToken);

    public ValueTask<ScheduledMessage?> ChangeScheduledAsync(
        string room, string user, string id, Func<ScheduledMessage, ScheduledMessage> decide, CancellationToken cancellationToken) => context.Calls.RunAsync(
        (Schedule: this, Room: room, User: user, Id: id, Decide: decide),
        static (database, call, token) => call.Schedule.ChangeAsync(database, call.Room, call.User, call.Id, call.Decide, token), cancellationToken, writes: true);

    public ValueTask<bool> CancelScheduledAsync(string room, string user, string id, CancellationToken cancellationToken) => context.Calls.RunAsync(
        (Hash: _keys.Scheduled(room, user), Id: id),

        // The entry stays until it is due.
        static async (database, call, token) => await database.HashDeleteAsync(call.Hash, call.Id, CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false),
        cancellationToken, writes: true);

    public ValueTask<DueMessages> ClaimDueAsync(TimeSpan lease, int atMost, CancellationToken cancellationToken) => context.Calls.RunAsync(
        (Schedule: this, Lease: lease, AtMost: atMost),
        static (database, call, token) => call.Schedule.ClaimAsync(database, call.Lease, call.AtMost, token), cancellationToken, writes: true);

    public async ValueTask<MessageReceipt?> SendScheduledAsync(ScheduledMessage scheduled, NewMessage message, Durability durability, CancellationToken cancellationToken)
    {
        try
        {
            var receipts = await sends().AppendAsync(scheduled.Room, [message with { ScheduledId = scheduled.Id }], durability, cancellationToken).ConfigureAwait(false);
            return receipts[0];
        }
        catch (NotScheduledException)
        {
            return null;
        }
    }

    public async ValueTask SettleAsync(DueMessage due, TimeSpan? again, CancellationToken cancellationToken) => await context.Calls.RunAsync(
        (Due: (RedisKey)_keys.Due(KeyNames.ShardOf(due.Message.Room)), due.Entry, Again: again, context.Time),
        static async (database, call, token) => call.Again is { } wait

            // By this process's clock: it may be early or late, but the message itself is checked when it is sent.
            ? await database.SortedSetAddAsync(call.Due, call.Entry, Micros.FromTime(call.Time.GetUtcNow() + wait), CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false)
            : await database.SortedSetRemoveAsync(call.Due, call.Entry, CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false),
        cancellationToken, writes: true).ConfigureAwait(false);

    private async ValueTask<ScheduledMessage> AddAsync(IDatabase database, ScheduledMessage message, CancellationToken cancellationToken)
    {
        var hash = _keys.Scheduled(message.Room, message.Message.User);
        var due = (RedisKey)_keys.Due(KeyNames.ShardOf(message.Room));
        var created = await AskAsync(database, AddDue, 1, [due, (RedisValue)Micros.FromTime(message.SendAt), (RedisValue)DueEntry.Rest(message)], cancellationToken).ConfigureAwait(false);
        var (isSet, present) = await SetAsync(
            database, message, hash, ScheduledJson.Write(message, created[0]!), RedisValue.EmptyString, cancellationToken).ConfigureAwait(false);
        return isSet ? message : ScheduledJson.Read(hash, message.Room, message.Id, present, out _);
    }

    private async ValueTask<ScheduledMessage?> ChangeAsync(
        IDatabase database, string room, string user, string id, Func<ScheduledMessage, ScheduledMessage> decide, CancellationToken cancellationToken)
    {
        var hash = _keys.Scheduled(room, user);
        var present = await database.HashGetAsync(hash, id, CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
        while (!present.IsNull)
        {
            var message = ScheduledJson.Read(hash, room, id, present, out var created);
            var changed = decide(message);
            if (ReferenceEquals(changed, message))
            {
                return message;
            }

            var (isSet, now) = await SetAsync(database, changed, hash, ScheduledJson.Write(changed, created), present, cancellationToken).ConfigureAwait(false);
            if (isSet)
            {
                if (changed.Failure is null)
                {
                    var due = (RedisKey)_keys.Due(KeyNames.ShardOf(room));
                    await database.SortedSetAddAsync(due, new DueEntry(created, id, user, room).ToString(), Micros.FromTime(changed.SendAt), CommandFlags.DemandMaster)
                        .UntilAsync(cancellationToken).ConfigureAwait(false);
                }

                return changed;
            }

            present = now;
        }

        return null;
    }

    private async ValueTask<(bool IsSet, RedisValue Present)> SetAsync(
        IDatabase database, ScheduledMessage message, string hash, byte[] value, RedisValue expected, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await AskAsync(
                database, SetScheduled, 2, [(RedisKey)_keys.Room(message.Room), (RedisKey)hash, (RedisValue)message.Id, (RedisValue)value, expected, (RedisValue)ChatLimits.MaxScheduledMessages],
                cancellationToken).ConfigureAwait(false);
            return reply[0] == 1 ? (true, default) : (false, reply[0]);
        }
        catch (RedisServerException e) when (ServerRefusals.IsFullTally(e))
        {
            throw ScheduleLimit.Error(e);
        }
    }

    private async ValueTask<DueMessages> ClaimAsync(IDatabase database, TimeSpan lease, int atMost, CancellationToken cancellationToken)
    {
        var most = Math.Max(1, atMost / KeyNames.DirectoryShards);
        var parts = await Task.WhenAll(Enumerable.Range(0, KeyNames.DirectoryShards).Select(
            shard => AskAsync(database, ClaimDue, 1, [(RedisKey)_keys.Due(shard), (RedisValue)Micros.FromSpan(lease), (RedisValue)most], cancellationToken))).ConfigureAwait(false);
        var now = parts.Max(part => (long)part[0]);
        var next = parts.Where(part => part[1] != "-").Select(part => (long?)part[1]).Min();
        var found = await Task.WhenAll(parts.SelectMany(part => part.Skip(2)).Select(entry => FindAsync(database, entry!, now, cancellationToken))).ConfigureAwait(false);
        return new DueMessages
        {
            Messages = [.. found.OfType<DueMessage>().OrderBy(due => due.Message.SendAt).ThenBy(due => due.Entry, StringComparer.Ordinal)],
            Next = next is { } wait ? TimeSpan.FromMicroseconds(wait) : null,
        };
    }

    /// <summary>The message of an entry, if it is due. If it is not, the entry is set right.</summary>
    private async Task<DueMessage?> FindAsync(IDatabase database, string entry, long now, CancellationToken cancellationToken)
    {
        if (!DueEntry.TryRead(entry, out var due))
        {
            return null;
        }

        try
        {
            return await FindAsync(database, due, entry, now, cancellationToken).ConfigureAwait(false);
        }
        catch (ChatDataException e)
        {
            // One that cannot be read must not stop the others.
            ChatLog.ScheduleFailed(context.Logger, e);
            return null;
        }
    }

    private async Task<DueMessage?> FindAsync(IDatabase database, DueEntry due, string entry, long now, CancellationToken cancellationToken)
    {
        var hash = _keys.Scheduled(due.Room, due.User);
        var value = await database.HashGetAsync(hash, due.Id, CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
        var index = (RedisKey)_keys.Due(KeyNames.ShardOf(due.Room));
        if (value.IsNull)
        {
            // It was sent or canceled, or is about to be stored.
            if (due.IsAbandoned(now))
            {
                await database.SortedSetRemoveAsync(index, entry, CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
            }

            return null;
        }

        var message = ScheduledJson.Read(hash, due.Room, due.Id, value, out var created);
        var time = Micros.FromTime(message.SendAt);
        if (created != due.Created || message.Failure is not null)
        {
            await database.SortedSetRemoveAsync(index, entry, CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }

        if (time > now)
        {
            await database.SortedSetAddAsync(index, entry, time, CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }

        return new DueMessage(message, entry);
    }

    private static async Task<RedisValue[]> AskAsync(IDatabase database, RedisScript script, int keys, RedisKeyOrValue[] words, CancellationToken cancellationToken)
    {
        using var answer = await script.RunAsync(database, new RedisKeyOrValue[] { default, default }.Concat(words).ToArray(), keys, CommandFlags.DemandMaster)
            .AsTask().UntilAsync(cancellationToken).ConfigureAwait(false);
        var reader = answer.Read();
        if (!reader.IsAggregate)
        {
            return [reader.IsNull ? RedisValue.Null : reader.ReadByteArray()];
        }

        var values = new RedisValue[reader.AggregateLength()];
        for (var i = 0; i < values.Length; i++)
        {
            reader.MoveNext();
            values[i] = reader.IsNull ? RedisValue.Null : reader.ReadByteArray();
        }

        return values;
    }
}
