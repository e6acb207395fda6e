namespace RedisChat.Benchmarks.Ratios;

/// <summary>One line of the result.</summary>
internal sealed record Metric
{
    public required string Name { get; init; }

    /// <summary>What <see cref="Ours"/> and <see cref="Reference"/> are counted in.</summary>
    public required string Unit { get; init; }

    /// <summary>The median of our figures; <see langword="null"/> where nothing was measured.</summary>
    public double? Ours { get; init; }

    public string? ReferenceName { get; init; }

    /// <summary>The median of the reference's figures.</summary>
    public double? Reference { get; init; }

    /// <summary>What the budget is about: the rounds' ratios, or without a reference our figures themselves.</summary>
    public Spread? Figure { get; init; }

    public Budget? Budget { get; init; }

    /// <summary>What a reader must know to judge it.</summary>
    public string? Note { get; init; }

    public bool? IsMet => Budget is null || Figure is null ? null : Budget.IsMetBy(Figure.Value.Median);

    /// <summary>Ours beside a reference's, round by round.</summary>
    public static Metric Ratio(
        string name, string unit, IReadOnlyList<double> ours, string referenceName, IReadOnlyList<double> reference, Budget? budget = null, string? note = null) => new()
        {
            Name = name,
            Unit = unit,
            Ours = Spread.Of(ours).Median,
            ReferenceName = referenceName,
            Reference = Spread.Of(reference).Median,
            Figure = Spread.OfRatios(ours, reference),
            Budget = budget,
            Note = note,
        };

    /// <summary>A figure of ours that stands alone.</summary>
    public static Metric Absolute(string name, string unit, IReadOnlyList<double> ours, Budget? budget = null, string? note = null) => new()
    {
        Name = name,
        Unit = unit,
        Ours = Spread.Of(ours).Median,
        Figure = Spread.Of(ours),
        Budget = budget,
        Note = note,
    };

    /// <summary>A line that says why there is no figure.</summary>
    public static Metric Missing(string name, string unit, Budget? budget, string why) => new() { Name = name, Unit = unit, Budget = budget, Note = why };
}
