namespace RedisChat.Benchmarks.Ratios;

/// <summary>Metrics that are measured together, from the same measurements.</summary>
internal interface IMetricGroup
{
    /// <summary>What <c>--only</c> selects it by.</summary>
    string Name { get; }

    /// <summary>Whether it reads the memory of a server that nobody else uses, or fills it beyond measure.</summary>
    bool NeedsOwnServer { get; }

    Task<IReadOnlyList<Metric>> RunAsync(RunContext run);
}
