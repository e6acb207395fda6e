using System.Buffers;

namespace RedisChat.Redis;

/// <summary>Seals a bucket whose messages are in memory.</summary>
internal static class SealedContent
{
    /// <summary>The content of a sealed bucket; <see langword="null"/> if it must stay open: see <see cref="SealingRule"/>.</summary>
    /// <param name="number">The bucket.</param>
    /// <param name="messages">Its messages.</param>
    /// <param name="cipher">The room's cipher, if the messages are encrypted: then the bucket is encrypted as a whole.</param>
    /// <param name="evenIfLarger">Whether to seal it even if that saves nothing, because it was sealed before.</param>
    public static byte[]? TryPack(long number, IReadOnlyCollection<(long Id, byte[] Value)> messages, RoomCipher? cipher, bool evenIfLarger = false)
    {
        var values = messages.Sum(message => (long)message.Value.Length);
        var bytes = values + messages.Sum(message => (long)message.Id.ToString(System.Globalization.CultureInfo.InvariantCulture).Length);
        if (messages.Count == 0 || (bytes > SealingRule.MostBytes && !evenIfLarger) || bytes > int.MaxValue / 4)
        {
            return null;
        }

        using var bucket = SealedBucket.ToFill(number, (int)values, cipher);
        foreach (var (id, value) in messages)
        {
            if (!bucket.TryAdd(id, value))
            {
                return null;
            }
        }

        var content = bucket.Pack(out var length);
        var isWorthIt = evenIfLarger || SealingRule.IsWorthIt(length, bytes);
        var packed = isWorthIt ? content.AsSpan(0, length).ToArray() : null;
        ArrayPool<byte>.Shared.Return(content);
        return packed;
    }
}
