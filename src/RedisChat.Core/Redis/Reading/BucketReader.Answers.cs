using System.Buffers;
using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <content>Requests buckets from Redis and the archive, and finds the messages in the answers.</content>
internal sealed partial class BucketReader
{
    private readonly record struct Group(long Bucket, int Start, int End, Task Answer, bool AsksSealed);

    /// <summary>One <c>HMGET</c> per bucket and one for those that may be sealed, in one round trip; a second one if that guess was wrong.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FetchAsync(ReadOnlyMemory<long> ids, Message?[] found)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_decryption is { } decryption)
        {
            await decryption.BeginAsync(room, cancellationToken).ConfigureAwait(false);
        }

        found.AsSpan(0, ids.Length).Clear();
        var words = ArrayPool<RedisKeyOrValue>.Shared.Rent((ids.Length * 3) + 2);
        var used = 0;
        var groups = AskBuckets(ids.Span, words, ref used);
        var asked = groups.Exists(static group => group.AsksSealed) ? groups.FindAll(static group => group.AsksSealed) : null;
        var answer = asked is null ? null : AskSealedAsync(asked, words, ref used);
        List<Group>? missing = null;
        try
        {
            List<Group>? left = null;
            foreach (var group in groups)
            {
                await group.Answer.ConfigureAwait(false);
                if (!TakeOpen(group, ids.Span, found) && !group.AsksSealed)
                {
                    (left ??= []).Add(group);
                }
            }

            if (answer is not null)
            {
                await answer.ConfigureAwait(false);
                TakeSealed(answer, asked!, ids.Span, found, ref missing);
            }

            if (left is not null)
            {
                answer = AskSealedAsync(left, words, ref used);
                await answer.ConfigureAwait(false);
                TakeSealed(answer, left, ids.Span, found, ref missing);
            }

            if (_decryption is { HasLocked: true })
            {
                await UnlockAsync(_decryption, ids, found).ConfigureAwait(false);
            }
        }
        catch
        {
            groups.ForEach(static group => group.Answer.Observe());
            answer?.Observe();
            throw;
        }

        // Not after a failure: the client library may still be about to send these words.
        ArrayPool<RedisKeyOrValue>.Shared.Return(words, clearArray: true);
        if (missing is not null && Cold is not null)
        {
            if (_isArchived)
            {
                await TakeColdAsync(missing, ids, found).ConfigureAwait(false);
            }
            else if (ReferenceEquals(found, _prefetched))
            {
                _missed = missing;
            }
        }
    }

    private async ValueTask TakeColdAsync(List<Group> groups, ReadOnlyMemory<long> ids, Message?[] found)
    {
        var contents = await Cold!.ReadAsync(reads, room, [.. groups.Select(static group => group.Bucket)], cancellationToken).ConfigureAwait(false);
        foreach (var group in groups)
        {
            if (contents.TryGetValue(group.Bucket, out var field))
            {
                TakeSealed(group.Bucket, field.Span, group.Start, group.End, ids.Span, found);
            }
        }

        if (_decryption is { HasLocked: true })
        {
            await UnlockAsync(_decryption, ids, found).ConfigureAwait(false);
        }
    }

    private List<Group> AskBuckets(ReadOnlySpan<long> ids, RedisKeyOrValue[] words, ref int used)
    {
        var groups = new List<Group>(1);
        for (var start = 0; start < ids.Length;)
        {
            var bucket = ids[start] / Buckets.Size;
            var first = used;
            words[used++] = (RedisKey)keys.Bucket(room, bucket);
            var end = start;
            while (end < ids.Length && ids[end] / Buckets.Size == bucket)
            {
                words[used++] = (RedisValue)ids[end++];
            }

            var answer = reads.HashGetAsync(words.AsMemory(first, used - first));
            groups.Add(new Group(bucket, start, end, answer, IsAnyBucketSealed || SealedBucket.MayBeSealed(bucket, Last, sealAfter)));
            start = end;
        }

        return groups;
    }

    private Task AskSealedAsync(List<Group> groups, RedisKeyOrValue[] words, ref int used)
    {
        var first = used;
        words[used++] = (RedisKey)keys.Sealed(room);
        foreach (var group in groups)
        {
            words[used++] = (RedisValue)group.Bucket;
        }

        return reads.HashGetAsync(words.AsMemory(first, used - first));
    }

    /// <summary>Reads the values of an open bucket; <see langword="false"/> if there are none, because the bucket may be sealed.</summary>
    private bool TakeOpen(in Group group, ReadOnlySpan<long> ids, Message?[] found)
    {
        using var values = HashValues.Of(group.Answer);
        var any = false;
        var reader = values.Read();
        for (var i = group.Start; i < group.End; i++)
        {
            if (reader.TryNext(out var value))
            {
                any = true;
                Digests?.TryAdd(ids[i], FieldDigest.Of(value));
                var isRead = _decryption is null ? MessageJson.TryRead(ids[i], value, out var message, _names) : _decryption.TryRead(i, ids[i], value, out message, _names);
                found[i] = isRead ? message : UnreadableInBucket;
                if (!isRead)
                {
                    Undecrypted?.Add(ids[i], value);
                }
            }
        }

        return any;
    }

    private void TakeSealed(Task answer, List<Group> groups, ReadOnlySpan<long> ids, Message?[] found, ref List<Group>? missing)
    {
        using var values = HashValues.Of(answer);
        var reader = values.Read();
        foreach (var group in groups)
        {
            var isOpen = found.AsSpan(group.Start, group.End - group.Start).ContainsAnyExcept((Message?)null);
            if (reader.TryNext(out var field))
            {
                if (!isOpen)
                {
                    TakeSealed(group.Bucket, field, group.Start, group.End, ids, found);
                }
            }
            else if (!isOpen)
            {
                (missing ??= []).Add(group);
            }
        }
    }

    private void TakeSealed(long number, ReadOnlySpan<byte> field, int start, int end, ReadOnlySpan<long> ids, Message?[] found)
    {
        using var bucket = SealedBucket.TryOpen(number, field, _decryption?.Cipher, out var lacking);
        if (lacking is { } key)
        {
            _decryption?.Lock(start, field, key, isSealed: true);
        }

        if (bucket is null)
        {
            Undecrypted?.AddBucket(number, field);
        }

        for (var i = start; i < end; i++)
        {
            found[i] = null;
            if (bucket is null)
            {
                found[i] = UnreadableInSealed;
            }
            else if (bucket.TryGet(ids[i], out var value))
            {
                found[i] = MessageJson.TryRead(ids[i], value.Span, out var message, _names) ? message : UnreadableInSealed;
            }
        }
    }

    /// <summary>Decrypts what needs keys that were added since those of the room were read. What is still locked then stays unreadable.</summary>
    private async Task UnlockAsync(BucketDecryption decryption, ReadOnlyMemory<long> ids, Message?[] found)
    {
        foreach (var (index, content, _, isSealed) in await decryption.LoadKeysAsync(room, cancellationToken).ConfigureAwait(false))
        {
            if (!isSealed)
            {
                found[index] = decryption.TryRead(index, ids.Span[index], content, out var message, _names) ? message : UnreadableInBucket;
                continue;
            }

            var (number, end) = (ids.Span[index] / Buckets.Size, index);
            while (end < ids.Length && ids.Span[end] / Buckets.Size == number)
            {
                end++;
            }

            TakeSealed(number, content, index, end, ids.Span, found);
        }

        decryption.ForgetLocked();
    }
}
