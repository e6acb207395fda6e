using System.Buffers.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>What an open bucket holds, looked at in order to seal it.</summary>
internal static class OpenBucket
{
    // So much is sealed together at most: who reads one message reads all.
    private const long MostToSeal = 1024 * 1024;

    /// <summary>The messages of a bucket; <see langword="null"/> if it is to stay open, for it is empty, too long or holds something else too.</summary>
    /// <param name="number">The bucket's number.</param>
    /// <param name="reply">The answer to <c>HGETALL</c>.</param>
    /// <param name="count">How many messages it has.</param>
    /// <param name="bytes">How long their ids and values are together.</param>
    public static SealedBucket? TryRead(long number, RespResult reply, out int count, out int bytes)
    {
        count = 0;
        bytes = 0;
        var reader = reply.Read();
        var words = reader.AggregateLength();
        var length = LengthOf(reply, words);
        if (words is 0 or > 2 * Buckets.Size || length > MostToSeal)
        {
            return null;
        }

        bytes = (int)length;
        var bucket = SealedBucket.ToFill(number, bytes);
        for (; count < words / 2; count++)
        {
            reader.MoveNext();
            if (!TryReadId(reader, out var id) || !TryAdd(bucket, id, ref reader))
            {
                bucket.Dispose();
                return null;
            }
        }

        return bucket;
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

    private static bool TryAdd(SealedBucket bucket, long id, ref RESPite.Messages.RespReader reader)
    {
        reader.MoveNext();
        return bucket.TryAdd(id, reader.TryGetSpan(out var value) ? value : reader.ReadByteArray());
    }

    /// <summary>An id as the scripts write it: there is only one way.</summary>
    private static bool TryReadId(RESPite.Messages.RespReader reader, out long id)
    {
        var text = reader.TryGetSpan(out var span) ? span : reader.ReadByteArray();
        return Utf8Parser.TryParse(text, out id, out var digits) && digits == text.Length && text[0] is >= (byte)'1' and <= (byte)'9';
    }
}
