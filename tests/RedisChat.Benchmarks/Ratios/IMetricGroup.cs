namespace RedisChat.Benchmarks.Ratios;

/// <summary>Metrics that are measured together, from the same measurements.</summary>
internal interface IMetricGroup
{
    /// <summary>The name by which <c>--only</c> selects the group.</summary>
    string Name { get; }

    /// <summary>Whether it reads the memory of a server that nobody else uses, or fills it beyond measure.</summary>
    bool NeedsOwnServer { get; }

    Task<IReadOnlyList<Metric>> RunAsync(RunContext run);
}
