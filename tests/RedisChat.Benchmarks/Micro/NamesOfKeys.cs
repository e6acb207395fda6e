using BenchmarkDotNet.Attributes;
using RedisChat.Redis;

namespace RedisChat.Benchmarks.Micro;

/// <summary>The names of a room's keys.</summary>
public class NamesOfKeys
{
    private readonly KeyNames _keys = new(new HashTagKeyScheme(), database: 0);

    /// <summary>An id that is used as it is, and one that must be escaped.</summary>
    [Params("general", "team:42{a}")]
    public string Room { get; set; } = "";

    [Benchmark]
    public string Bucket() => _keys.Bucket(Room, 12_345);

    [Benchmark]
    public string User() => _keys.Author(Room, "user0001");
}
