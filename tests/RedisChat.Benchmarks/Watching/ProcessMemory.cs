using System.Diagnostics;
using System.Globalization;

namespace RedisChat.Benchmarks.Watching;

/// <summary>This process's memory, after a full garbage collection.</summary>
internal readonly record struct ProcessMemory(long Managed, long Private)
{
    private const string LinuxFigures = "/proc/self/smaps_rollup";

    public static ProcessMemory Now()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return new(GC.GetTotalMemory(forceFullCollection: true), PrivateBytes());
    }

    /// <summary>The memory actually in use. On Linux <see cref="Process.PrivateMemorySize64"/> also counts reserved memory.</summary>
    private static long PrivateBytes()
    {
        if (!File.Exists(LinuxFigures))
        {
            return Process.GetCurrentProcess().PrivateMemorySize64;
        }

        // "Private_Dirty:     1234 kB"
        return File.ReadLines(LinuxFigures)
            .Where(line => line.StartsWith("Private_", StringComparison.Ordinal))
            .Sum(line => 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));
    }
}
