using System.Globalization;
using System.IO.Hashing;
using System.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The content of a sorted set, in a few bytes: how many members it has, and the sum of their digests, which does not depend on the order.</summary>
internal record struct KeyDigest(long Count, ulong Sum)
{
    public void Add(RedisValue member, double score)
    {
        Count++;
        Sum = unchecked(Sum + XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{(long)score} {(string?)member}"))));
    }
}

/// <summary>A list of ids, in a few bytes.</summary>
internal record struct ListDigest(long Count, ulong Chain)
{
    public void Add(long id) => (Count, Chain) = (Count + 1, unchecked((Chain * 0x9E3779B97F4A7C15UL) + (ulong)id + 1));
}
