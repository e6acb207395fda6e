using System.Runtime.CompilerServices;

namespace RedisChat.IntegrationTests;

/// <summary>The embedded Garnet shares the thread pool with tests that block threads, and would wait for the pool to grow, which adds about two threads a second.</summary>
internal static class ThreadPoolSetup
{
    private const int Threads = 32;

#pragma warning disable CA2255 // It is meant for exactly this: before any test of the assembly.
    [ModuleInitializer]
    internal static void Grow() => ThreadPool.SetMinThreads(Threads, Threads);
#pragma warning restore CA2255
}
