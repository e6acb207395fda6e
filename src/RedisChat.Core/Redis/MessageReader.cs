using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reads messages of one room by id, for one page.</summary>
internal sealed class MessageReader(RoomReads reads, IRoomKeyScheme keys, string room, CancellationToken cancellationToken)
{
    private MessageRun _prefetched = MessageRun.None;
    private List<ChatDataException>? _unreadable;

    /// <summary>What was found that is no message.</summary>
    public IReadOnlyList<ChatDataException> Unreadable => _unreadable ?? (IReadOnlyList<ChatDataException>)[];

    /// <summary>Reads a run of ids that will probably be needed.</summary>
    public async Task PrefetchAsync(long from, long to)
    {
        var ids = new long[to - from + 1];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = from + i;
        }

        _prefetched = new MessageRun(from, await FetchAsync(ids).ConfigureAwait(false));
    }

    /// <summary>The time of a message in µs; <see langword="null"/> if there is none of that id, or what is there is no message.</summary>
    public async Task<long?> TryReadTimeAsync(long id)
    {
        if (!_prefetched.TryGet(id, out var value))
        {
            value = (await FetchAsync([id]).ConfigureAwait(false))[0];
        }

        return !value.IsNull && MessageJson.TryRead(id, ((ReadOnlyMemory<byte>)value).Span, out var message)
            ? Micros.FromTime(message.Timestamp)
            : null;
    }

    /// <summary>Adds the messages of these ids that there are, in the same order.</summary>
    public async Task ReadAsync(IReadOnlyList<long> ids, List<Message> messages, int atMost)
    {
        var missing = new List<long>();
        foreach (var id in ids)
        {
            if (!_prefetched.TryGet(id, out _))
            {
                missing.Add(id);
            }
        }

        var fetched = missing.Count == 0 ? [] : await FetchAsync(missing).ConfigureAwait(false);
        var next = 0;
        foreach (var id in ids)
        {
            var value = _prefetched.TryGet(id, out var known) ? known : fetched[next++];
            if (messages.Count < atMost && !value.IsNull)
            {
                Add(id, value, messages);
            }
        }
    }

    private void Add(long id, RedisValue value, List<Message> messages)
    {
        if (MessageJson.TryRead(id, ((ReadOnlyMemory<byte>)value).Span, out var message))
        {
            messages.Add(message);
        }
        else
        {
            (_unreadable ??= []).Add(UnreadableMessage.Error(keys, room, id, ChatOperations.Receive));
        }
    }

    /// <summary>One <c>HMGET</c> for each bucket, all in one round trip. Ids of one bucket must stand together.</summary>
    private async Task<RedisValue[]> FetchAsync(IReadOnlyList<long> ids)
    {
        var replies = new List<Task<RedisValue[]>>();
        for (var start = 0; start < ids.Count;)
        {
            var bucket = ids[start] / RedisMessageStore.BucketSize;
            var end = start + 1;
            while (end < ids.Count && ids[end] / RedisMessageStore.BucketSize == bucket)
            {
                end++;
            }

            var fields = new RedisValue[end - start];
            for (var i = 0; i < fields.Length; i++)
            {
                fields[i] = ids[start + i];
            }

            replies.Add(reads.HashGetAsync(keys.Bucket(room, bucket), fields));
            start = end;
        }

        if (replies.Count == 1)
        {
            return await replies[0].UntilAsync(cancellationToken).ConfigureAwait(false);
        }

        var values = new List<RedisValue>(ids.Count);
        foreach (var reply in await Task.WhenAll(replies).UntilAsync(cancellationToken).ConfigureAwait(false))
        {
            values.AddRange(reply);
        }

        return [.. values];
    }
}
