namespace RedisChat.Benchmarks.Ratios;

/// <summary>The median, minimum and maximum of the rounds.</summary>
internal readonly record struct Spread(double Median, double Min, double Max)
{
    public static Spread Of(IReadOnlyCollection<double> figures)
    {
        if (figures.Count == 0)
        {
            throw new ArgumentException("There is nothing to take the median of.", nameof(figures));
        }

        var sorted = figures.Order().ToArray();
        return new((sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2, sorted[0], sorted[^1]);
    }

    /// <summary>
    /// The ratios within each round. What disturbs one round disturbs both sides of it, so these vary less than the quotient of two medians.
    /// </summary>
    public static Spread OfRatios(IReadOnlyList<double> ours, IReadOnlyList<double> reference)
    {
        if (ours.Count != reference.Count)
        {
            throw new ArgumentException("Each round has one figure of either side.", nameof(reference));
        }

        return Of([.. ours.Zip(reference, (our, other) => our / other)]);
    }
}
