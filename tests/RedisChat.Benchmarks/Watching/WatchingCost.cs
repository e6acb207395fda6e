namespace RedisChat.Benchmarks.Watching;

/// <summary>The cost of watching for a process.</summary>
/// <param name="ManagedBytes">Live managed memory, for each room.</param>
/// <param name="PrivateBytes">Private memory of the process, for each room.</param>
/// <param name="IdlePercent">Processor time while nothing happens, in percent of one core.</param>
internal sealed record WatchingCost(double ManagedBytes, double PrivateBytes, double IdlePercent);
