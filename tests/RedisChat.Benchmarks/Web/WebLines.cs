using RedisChat.Benchmarks.Ratios;
using RedisChat.Benchmarks.Web.Clients;

namespace RedisChat.Benchmarks.Web;

/// <summary>Lines of the result.</summary>
internal static class WebLines
{
    public static Metric P50(string name, IReadOnlyList<WebFigures> ours, string referenceName, IReadOnlyList<WebFigures> reference, double? most) =>
        Line($"{name}, published -> received, p50", "µs", figures => figures.P50, ours, referenceName, reference, most, Note(ours, reference));

    public static Metric P99(string name, IReadOnlyList<WebFigures> ours, string referenceName, IReadOnlyList<WebFigures> reference, double? most) =>
        Line($"{name}, published -> received, p99", "µs", figures => figures.P99, ours, referenceName, reference, most, Note(ours, reference));

    public static Metric Cpu(string name, IReadOnlyList<WebFigures> ours, string referenceName, IReadOnlyList<WebFigures> reference, double? most) =>
        Line($"{name}, CPU of the node", "% of a core", figures => figures.Cores * 100, ours, referenceName, reference, most, null);

    public static Metric Memory(string name, Crowd ours, IReadOnlyList<WebFigures> our, Crowd reference, IReadOnlyList<WebFigures> other, double? most) =>
        Line(
            $"{name}, resident memory of the node", "MB", figures => figures.Megabytes, our, reference.Target.Name, other, most,
            FormattableString.Invariant($"before the clients connected {ours.MegabytesBefore:f0}, reference {reference.MegabytesBefore:f0}"));

    private static Metric Line(
        string name,
        string unit,
        Func<WebFigures, double> read,
        IReadOnlyList<WebFigures> ours,
        string referenceName,
        IReadOnlyList<WebFigures> reference,
        double? most,
        string? note) =>
        Metric.Ratio(name, unit, [.. ours.Select(read)], referenceName, [.. reference.Select(read)], most is { } limit ? Budget.AtMost(limit) : null, note);

    private static string Note(IReadOnlyList<WebFigures> ours, IReadOnlyList<WebFigures> reference)
    {
        return $"p50 / p99: {Both(ours)}, reference {Both(reference)}";

        static string Both(IReadOnlyList<WebFigures> rounds) => FormattableString.Invariant(
            $"{Spread.Of([.. rounds.Select(figures => figures.P50)]).Median / 1000:f2} / {Spread.Of([.. rounds.Select(figures => figures.P99)]).Median / 1000:f2} ms");
    }
}
