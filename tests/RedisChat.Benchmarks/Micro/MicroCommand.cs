using BenchmarkDotNet.Running;

namespace RedisChat.Benchmarks.Micro;

/// <summary>Runs the micro-benchmarks: nanoseconds and allocations of what a message passes on its way, without a server.</summary>
internal static class MicroCommand
{
    public static int Run(string[] arguments)
    {
        BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly).Run(arguments);
        return 0;
    }
}
