using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Finds out for replies whether the sealed buckets, which no script can unpack, contain the messages that are replied to. The script that stores the replies compares the bucket's
/// digest, so what was found here is still true then.
/// </summary>
internal sealed class SealedParents(RedisStoreContext context)
{
    // A batch may reply to messages in many buckets, and a bucket has up to 1 MiB.
    private const int MostAtOnce = 8;

    /// <summary>Sets the proofs of a send: see <see cref="PendingSend.ProofOf"/>. Buckets that are not sealed have none.</summary>
    /// <exception cref="ChatDataException">A sealed bucket cannot be read.</exception>
    public async ValueTask ProveAsync(string room, PendingSend send, CancellationToken cancellationToken)
    {
        if (ThreadId.TrySplit(room, out var above, out var message))
        {
            var content = await ReadAsync(above, [Buckets.Of(message)], cancellationToken).ConfigureAwait(false);
            await ProveAsync(above, send, Buckets.Of(message), [(message, PendingSend.Thread)], content[0], cancellationToken).ConfigureAwait(false);
        }

        var parents = Enumerable.Range(0, send.Count).Select(index => send[index].ReplyTo).OfType<long>().Distinct();
        foreach (var some in parents.GroupBy(Buckets.Of).Chunk(MostAtOnce))
        {
            var contents = await ReadAsync(room, [.. some.Select(group => (RedisValue)group.Key)], cancellationToken).ConfigureAwait(false);
            foreach (var (group, content) in some.Zip(contents))
            {
                await ProveAsync(room, send, group.Key, [.. group.Select(parent => (parent, parent))], content, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<RedisValue[]> ReadAsync(string room, RedisValue[] buckets, CancellationToken cancellationToken)
    {
        try
        {
            return await context.Calls.RunAsync(
                (RedisKey)context.Keys.Sealed(room),
                (database, key, token) => database.HashGetAsync(key, buckets, CommandFlags.DemandMaster).UntilAsync(token),
                cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw RedisErrors.NotSent(e);
        }
    }

    private async ValueTask ProveAsync(
        string room, PendingSend send, long number, IReadOnlyList<(long Message, long Name)> parents, RedisValue content, CancellationToken cancellationToken)
    {
        if (content.IsNull)
        {
            try
            {
                content = await context.Calls.RunAsync(
                    (Parents: this, Room: room, Number: number, Ids: parents),
                    static (database, call, token) => call.Parents.ThawAsync(database, call.Room, call.Number, call.Ids, token), cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException e)
            {
                throw RedisErrors.NotSent(e);
            }
        }

        using var bucket = content.IsNull ? null : await EncryptedBuckets.TryOpenAsync(context, room, number, content, cancellationToken).ConfigureAwait(false);
        var digest = content.IsNull ? "" : FieldDigest.Of(((ReadOnlyMemory<byte>)content).Span);
        foreach (var (parent, name) in parents)
        {
            if (!content.IsNull && bucket is null)
            {
                throw UnreadableValue.Error(context.Keys, room, parent, isSealed: true);
            }

            // An empty proof would say that the client has not looked in the archive.
            send.SetProof(name, bucket is null ? "-" : bucket.TryGet(parent, out _) ? digest : $"-{digest}");
        }
    }

    /// <summary>Puts a bucket back from the archive, if it has one of the messages.</summary>
    private async ValueTask<RedisValue> ThawAsync(IDatabase database, string room, long number, IReadOnlyList<(long Message, long Name)> parents, CancellationToken cancellationToken)
    {
        var contents = await context.Cold.ReadAsync(new PrimaryReads(database), room, [number], cancellationToken).ConfigureAwait(false);
        using var bucket = contents.TryGetValue(number, out var content) ? await EncryptedBuckets.TryOpenAsync(context, room, number, content, cancellationToken).ConfigureAwait(false) : null;
        if (bucket is null)
        {
            // If there is one, it cannot be read.
            return content.IsEmpty ? RedisValue.Null : content;
        }

        if (!parents.Any(parent => bucket.TryGet(parent.Message, out _)))
        {
            return RedisValue.Null;
        }

        contents = await context.Cold.ThawAsync(database, room, [number], cancellationToken).ConfigureAwait(false);
        return contents.TryGetValue(number, out content) ? content : RedisValue.Null;
    }
}
