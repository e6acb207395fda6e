namespace RedisChat.Benchmarks.Watching;

/// <summary>What watching costs a process.</summary>
/// <param name="ManagedBytes">Live managed memory, for each room.</param>
/// <param name="PrivateBytes">Memory of the process that no other one shares, for each room.</param>
/// <param name="IdlePercent">Processor time while nothing happens, in percent of one core.</param>
internal sealed record WatchingCost(double ManagedBytes, double PrivateBytes, double IdlePercent);
