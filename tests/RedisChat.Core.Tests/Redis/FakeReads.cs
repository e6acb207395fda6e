using System.Text;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.Tests.Redis;

/// <summary>Reads from one string and one hash in memory, and counts the reads of the string.</summary>
internal sealed class FakeReads : RoomReads
{
    /// <summary>The string, in ASCII.</summary>
    public string Text { get; set; } = "";

    /// <summary>The fields of the hash.</summary>
    public Dictionary<string, RedisValue> Fields { get; init; } = [];

    /// <summary>Runs once, after the string's length was read for the first time.</summary>
    public Action? AfterLength { get; set; }

    /// <summary>How many ranges of the string were read, and how many bytes in all.</summary>
    public int Ranges { get; private set; }

    public long Bytes { get; private set; }

    public override bool IsPrimary => true;

    public override Task HashGetAsync(ReadOnlyMemory<RedisKeyOrValue> keyAndFields) =>
        Task.FromResult(RedisResult.Create(
            keyAndFields[1..].ToArray().Select(field => Fields.GetValueOrDefault((string)field.Value!, RedisValue.Null)).ToArray()));

    public override Task<long> StringLengthAsync(RedisKey key)
    {
        var length = Text.Length;
        AfterLength?.Invoke();
        AfterLength = null;
        return Task.FromResult((long)length);
    }

    // As GETRANGE: both ends are inclusive, negative ones count from the end, and both are clipped to the string.
    public override Task<RedisValue> StringGetRangeAsync(RedisKey key, long start, long end)
    {
        start = Math.Max(start < 0 ? start + Text.Length : start, 0);
        end = Math.Min(end < 0 ? end + Text.Length : end, Text.Length - 1);
        var part = start > end ? "" : Text[(int)start..(int)(end + 1)];
        Ranges++;
        Bytes += part.Length;
        return Task.FromResult((RedisValue)Encoding.ASCII.GetBytes(part));
    }

    public override Task<RedisValue[]> SortedSetRangeAsync(RedisKey key, long from, int atMost) =>
        throw new NotSupportedException("These reads have no sorted set.");
}
