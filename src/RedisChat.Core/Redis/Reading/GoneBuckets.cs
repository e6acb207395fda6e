namespace RedisChat.Redis;

/// <summary>
/// The buckets that deletions have left empty: one bit for each in a string, so that a search for messages need not look into millions of them. A bucket without its bit may be empty, too: only deletions since
/// the bits exist have set them.
/// </summary>
internal sealed class GoneBuckets(RoomReads reads, KeyNames keys, string room)
{
    // The bits of 16,777,216 ids, in one read.
    private const int Bytes = 16 * 1024;

    private long _start = -1;
    private ReadOnlyMemory<byte> _bits;

    /// <summary>Whether a bucket is known to be empty.</summary>
    public async ValueTask<bool> ContainsAsync(long bucket)
    {
        var index = bucket >> 3;
        if (_start < 0 || index < _start || index >= _start + Bytes)
        {
            _start = index / Bytes * Bytes;
            _bits = await reads.StringGetRangeAsync(keys.Gone(room), _start, _start + Bytes - 1).ConfigureAwait(false);
        }

        var at = (int)(index - _start);
        return at < _bits.Length && (_bits.Span[at] & (0x80 >> (int)(bucket & 7))) != 0;
    }
}
