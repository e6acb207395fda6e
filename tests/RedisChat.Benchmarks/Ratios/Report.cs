using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RedisChat.Benchmarks.Ratios;

/// <summary>Writes one line a metric to standard output as it comes, and at the end everything to a file if asked to.</summary>
internal sealed class Report(RatiosOptions options)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly List<object> _lines = [];
    private int _met;
    private int _missed;

    public void Add(string group, Metric metric)
    {
        _met += metric.IsMet == true ? 1 : 0;
        _missed += metric.IsMet == false ? 1 : 0;
        _lines.Add(new
        {
            group,
            metric.Name,
            metric.Unit,
            metric.Ours,
            metric.ReferenceName,
            metric.Reference,
            metric.Figure?.Median,
            metric.Figure?.Min,
            metric.Figure?.Max,
            Budget = metric.Budget?.ToString(),
            metric.IsMet,
            metric.Note,
        });
        Console.WriteLine($"{group} | {metric.Name} | {Figures(metric)} | {Verdict(metric)}{(metric.Note is null ? "" : $" | {metric.Note}")}");
    }

    public void Skip(string group, string why)
    {
        _lines.Add(new { group, Skipped = why });
        Console.WriteLine($"{group} | skipped: {why}");
    }

    public void Finish(TimeSpan elapsed, bool failed)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_met} budgets met, {_missed} missed, in {elapsed:m\\:ss} min"));
        if (options.Json is { } file)
        {
            File.WriteAllText(file, JsonSerializer.Serialize(
                new { options.Rounds, Seconds = Math.Round(elapsed.TotalSeconds), Processors = Environment.ProcessorCount, failed, Metrics = _lines }, Json));
        }
    }

    private static string Figures(Metric metric)
    {
        if (metric is not { Ours: { } ours, Figure: { } figure })
        {
            return "–";
        }

        return metric.Reference is { } reference
            ? $"{Number(ours)} {metric.Unit} ÷ {metric.ReferenceName} {Number(reference)} = {Ratio(figure.Median)} ({Ratio(figure.Min)}–{Ratio(figure.Max)})"
            : $"{Number(ours)} {metric.Unit} ({Number(figure.Min)}–{Number(figure.Max)})";
    }

    private static string Verdict(Metric metric) => metric.Budget is not { } budget
        ? "no budget"
        : $"budget {budget}: {metric.IsMet switch { true => "met", false => "MISSED", null => "not measured" }}";

    private static string Ratio(double ratio) => ratio.ToString(ratio >= 100 ? "f0" : "f2", CultureInfo.InvariantCulture);

    private static string Number(double number) =>
        number.ToString(Math.Abs(number) switch { >= 100 => "n0", >= 10 => "f1", _ => "f2" }, CultureInfo.InvariantCulture);
}
