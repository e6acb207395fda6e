using BenchmarkDotNet.Attributes;

namespace RedisChat.Benchmarks.Micro;

/// <summary>The names of a room's keys.</summary>
public class KeyNames
{
    private readonly HashTagKeyScheme _scheme = new();

    /// <summary>One that stands for itself, and one that must be escaped.</summary>
    [Params("general", "team:42{a}")]
    public string Room { get; set; } = "";

    [Benchmark]
    public string Bucket() => _scheme.Bucket(Room, 12_345);

    [Benchmark]
    public string User() => _scheme.User(Room, "user0001");
}
