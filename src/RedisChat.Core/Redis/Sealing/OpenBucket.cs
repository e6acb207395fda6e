using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reads an open bucket in order to seal it.</summary>
internal static class OpenBucket
{
    /// <summary>The messages of a bucket; <see langword="null"/> if it must stay open because it is empty, too long, or also has other contents.</summary>
    /// <param name="number">The bucket's number.</param>
    /// <param name="reply">The answer to <c>HGETALL</c>.</param>
    /// <param name="count">The number of its messages.</param>
    /// <param name="bytes">The total length of their ids and values.</param>
    /// <param name="last">The value of the last one, as it is stored.</param>
    /// <param name="cipher">The room's cipher, if the room is encrypted.</param>
    public static SealedBucket? TryRead(long number, RespResult reply, out int count, out int bytes, out byte[] last, RoomCipher? cipher = null)
    {
        count = 0;
        bytes = 0;
        last = [];
        var reader = reply.Read();
        var words = reader.AggregateLength();
        var length = LengthOf(reply, words);
        if (words is 0 or > 2 * Buckets.Size || length > SealingRule.MostBytes)
        {
            return null;
        }

        bytes = (int)length;
        var bucket = SealedBucket.ToFill(number, bytes, cipher);
        var (highest, place) = (0L, 0);
        for (; count < words / 2; count++)
        {
            reader.MoveNext();
            if (!TryReadId(reader, out var id) || !TryAdd(bucket, id, ref reader))
            {
                bucket.Dispose();
                return null;
            }

            (highest, place) = id > highest ? (id, count) : (highest, place);
        }

        last = ValueAt(reply, place);

        return bucket;
    }

    /// <summary>Whether one of a bucket's messages is encrypted.</summary>
    /// <param name="reply">The answer to <c>HGETALL</c>.</param>
    public static bool IsEncrypted(RespResult reply)
    {
        var reader = reply.Read();
        for (var left = reader.AggregateLength() / 2; left > 0; left--)
        {
            reader.MoveNext();
            reader.MoveNext();
            if (EncryptedJson.KeyIn(reader.ReadSpan()) is not null)
            {
                return true;
            }
        }

        return false;
    }

    private static long LengthOf(RespResult reply, int words)
    {
        var length = 0L;
        var reader = reply.Read();
        for (var i = 0; i < words; i++)
        {
            reader.MoveNext();
            length += reader.ScalarLongLength();
        }

        return length;
    }

    private static byte[] ValueAt(RespResult reply, int place)
    {
        var reader = reply.Read();
        for (var i = 0; i < (2 * place) + 2; i++)
        {
            reader.MoveNext();
        }

        return reader.ReadByteArray() ?? [];
    }

    private static bool TryAdd(SealedBucket bucket, long id, ref RESPite.Messages.RespReader reader)
    {
        reader.MoveNext();
        return bucket.TryAdd(id, reader.ReadSpan());
    }

    private static bool TryReadId(scoped in RESPite.Messages.RespReader reader, out long id) =>
        StrictNumber.TryRead(reader.ReadSpan(), out id) && id > 0;
}
