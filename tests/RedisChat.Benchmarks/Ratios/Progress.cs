using System.Diagnostics;
using System.Globalization;

namespace RedisChat.Benchmarks.Ratios;

/// <summary>Reports progress on standard error; standard output has only the results.</summary>
internal sealed class Progress
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private string _group = "";

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    public void Enter(string group) => _group = group;

    public void Say(string what) =>
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{Elapsed:mm\\:ss}] {_group}: {what}"));
}
