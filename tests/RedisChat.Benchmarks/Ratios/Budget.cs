using System.Globalization;

namespace RedisChat.Benchmarks.Ratios;

/// <summary>The limit that a metric's figure must reach, or must not exceed.</summary>
/// <param name="Limit">The figure.</param>
/// <param name="IsLeast">Whether more is better.</param>
internal sealed record Budget(double Limit, bool IsLeast)
{
    public static Budget AtLeast(double limit) => new(limit, IsLeast: true);

    public static Budget AtMost(double limit) => new(limit, IsLeast: false);

    public bool IsMetBy(double figure) => IsLeast ? figure >= Limit : figure <= Limit;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsLeast ? '≥' : '≤')} {Limit:0.##}");
}
