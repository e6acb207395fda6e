using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace RedisChat.Benchmarks.Micro;

/// <summary>Runs the micro-benchmarks: time and allocations of each step on a message's path, without a server.</summary>
internal static class MicroCommand
{
    public static int Run(string[] arguments)
    {
        // In this process: the generated projects would be built under this repository's rules, where warnings are errors.
        var config = DefaultConfig.Instance
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default);
        BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly).Run(arguments.Length == 0 ? ["--filter", "*"] : arguments, config);
        return 0;
    }
}
