namespace RedisChat.Benchmarks.Ratios;

/// <summary>One line of the result.</summary>
internal sealed record Metric
{
    public required string Name { get; init; }

    /// <summary>The unit of <see cref="Ours"/> and <see cref="Reference"/>.</summary>
    public required string Unit { get; init; }

    /// <summary>The median of our figures; <see langword="null"/> where nothing was measured.</summary>
    public double? Ours { get; init; }

    public string? ReferenceName { get; init; }

    /// <summary>The median of the reference's figures.</summary>
    public double? Reference { get; init; }

    /// <summary>The figures that the budget limits: the rounds' ratios, or our figures themselves if there is no reference.</summary>
    public Spread? Figure { get; init; }

    public Budget? Budget { get; init; }

    /// <summary>Information that a reader needs to judge the figure.</summary>
    public string? Note { get; init; }

    public bool? IsMet => Budget is null || Figure is null ? null : Budget.IsMetBy(Figure.Value.Median);

    /// <summary>Our figures next to a reference's, round by round.</summary>
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

    /// <summary>Our figure without a reference.</summary>
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
