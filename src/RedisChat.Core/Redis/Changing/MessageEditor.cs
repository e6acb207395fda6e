using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Finds one message, open or sealed, and changes it by compare-and-set.</summary>
internal sealed class MessageEditor(RedisStoreContext context)
{
    private static readonly RedisScript Script = new("message_change.lua");

    // By so much, in µs, a revision that the client gives goes before the least there can be, so that no other change on the way takes it.
    private const long FirstLead = 1_000;
    private const long LongestLead = 250_000;

    public async Task<Message?> GetAsync(string room, long id, CancellationToken cancellationToken)
    {
        var database = await context.Connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var found = await FindAsync(database, room, id, cancellationToken).ConfigureAwait(false);
            return found is null ? null : Read(room, found);
        }
        catch (Exception e) when (context.Connection.TryTranslate(e, out var error))
        {
            throw error;
        }
    }

    public async Task<MessageChange> ChangeAsync(string room, long id, Func<Message, Message?> change, CancellationToken cancellationToken)
    {
        var sent = false;
        var database = await context.Connection.GetDatabaseAsync(cancellationToken, writes: true).ConfigureAwait(false);
        StoredMessage? found = null;
        try
        {
            found = await FindAsync(database, room, id, cancellationToken).ConfigureAwait(false);
            var earliest = Micros.FromTime(context.Time.GetUtcNow());
            var (lead, attempts) = (FirstLead, 0);
            while (found is not null)
            {
                var message = Read(room, found);
                var wanted = change(message);
                if (ReferenceEquals(wanted, message))
                {
                    return new(ChangeOutcome.Unchanged, message);
                }

                wanted = wanted is null ? null : message with
                {
                    Text = wanted.Text,
                    Metadata = wanted.Metadata,
                    Version = message.Version + 1,
                };
                RedisKeyOrValue[] words =
                [
                    default(RedisKeyOrValue), default(RedisKeyOrValue),
                    (RedisKey)context.Keys.Room(room),
                    (RedisKey)(found.IsSealed ? context.Keys.Sealed(room) : context.Keys.Bucket(room, id / Buckets.Size)),
                    (RedisKey)context.Keys.Changed(room),
                    (RedisKey)context.Keys.Live(room),
                    .. Arguments(found, message, wanted, room, earliest + (attempts % 2 == 0 ? 0 : lead)),
                ];
                sent = true;
                using var answer = await Script.RunAsync(database, words, keys: 4, CommandFlags.DemandMaster)
                    .AsTask().UntilAsync(cancellationToken).ConfigureAwait(false);
                var reply = ChangeReply.Read(answer);
                if (reply.IsChanged)
                {
                    context.Rooms.TryGet(room, out var known);
                    context.Rooms.Raise(room, known with { Revision = reply.Revision });
                    return wanted is null
                        ? new(ChangeOutcome.Deleted, message)
                        : new(ChangeOutcome.Edited, wanted with { EditedAt = Micros.ToTime(reply.Revision) });
                }

                sent = false;
                if (reply.LeastRevision is > 0 and var least)
                {
                    // Where the clock was set back only the least is taken, so that is tried too.
                    (earliest, lead, attempts) = (least, Math.Min(lead * 2, LongestLead), attempts + 1);
                }

                var old = found;
                found = await AgainAsync(database, room, old, reply.Content, cancellationToken).ConfigureAwait(false);
                old.Dispose();
            }

            return new(ChangeOutcome.NotFound, null);
        }
        catch (OperationCanceledException e) when (!sent)
        {
            throw RedisErrors.NotSent(e);
        }
        catch (Exception e) when (context.Connection.TryTranslate(e, out var error, writes: sent))
        {
            throw error;
        }
        finally
        {
            found?.Dispose();
        }
    }

    private RedisKeyOrValue[] Arguments(StoredMessage found, Message message, Message? wanted, string room, long earliest)
    {
        RedisValue content = RedisValue.EmptyString, head = RedisValue.EmptyString, tail = RedisValue.EmptyString, editedAt = RedisValue.EmptyString;
        if (wanted is not null)
        {
            var newHead = MessageJson.HeadOfEdit(found.Value, wanted);
            (head, tail) = (newHead, MessageJson.TailOfEdit.ToArray());
            if (found.IsSealed)
            {
                // What is compressed cannot get its time from the server.
                context.Rooms.TryGet(room, out var known);
                var revision = Math.Max(Math.Max(earliest, known.Revision + 1), Micros.FromTime(message.EditedAt ?? message.Timestamp) + 1);
                editedAt = revision;
                content = found.Replace([.. newHead, .. ((ReadOnlyMemory<byte>)editedAt).Span, .. MessageJson.TailOfEdit]);
            }
        }
        else if (found.IsSealed)
        {
            content = found.Replace([]);
        }

        return
        [
            (RedisValue)found.Id,
            found.Field,
            found.Content,
            content,
            head,
            tail,
            wanted is null ? Micros.FromTime(message.Timestamp) : RedisValue.EmptyString,
            editedAt,
            (RedisValue)context.Options.ChangeLogLength,
            (RedisValue)context.Connection.PublishCommand,
        ];
    }

    /// <summary>The message in an open bucket or, asked after it in the same round trip, in a sealed one.</summary>
    private async Task<StoredMessage?> FindAsync(IDatabase database, string room, long id, CancellationToken cancellationToken)
    {
        var bucket = id / Buckets.Size;
        context.Rooms.TryGet(room, out var known);
        var asking = database.HashGetAsync(context.Keys.Bucket(room, bucket), id, CommandFlags.DemandMaster).Observed();
        var askingSealed = SealedBucket.MayBeSealed(bucket, known.Last, context.SealAfter) ? AskSealedAsync().Observed() : null;
        var open = await asking.UntilAsync(cancellationToken).ConfigureAwait(false);
        if (!open.IsNull)
        {
            return StoredMessage.Open(id, open);
        }

        var content = await (askingSealed ?? AskSealedAsync()).UntilAsync(cancellationToken).ConfigureAwait(false);
        return content.IsNull ? null : Existing(StoredMessage.Sealed(id, content));

        Task<RedisValue> AskSealedAsync() => database.HashGetAsync(context.Keys.Sealed(room), bucket, CommandFlags.DemandMaster);
    }

    /// <summary>What became of a message that is another one by now.</summary>
    private async ValueTask<StoredMessage?> AgainAsync(
        IDatabase database, string room, StoredMessage old, RedisValue content, CancellationToken cancellationToken) =>
        content.IsNull
            ? await FindAsync(database, room, old.Id, cancellationToken).ConfigureAwait(false)
            : Existing(old.With(content));

    private static StoredMessage? Existing(StoredMessage message) => message.Exists ? message : null;

    private Message Read(string room, StoredMessage found) =>
        found.TryRead(out var message) ? message : throw UnreadableValue.Error(context.Keys, room, found.Id, found.IsSealed);
}
