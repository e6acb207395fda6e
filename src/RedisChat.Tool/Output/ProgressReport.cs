using System.Globalization;

namespace RedisChat.Tool;

/// <summary>
/// Reports how far a long command is, with the rate and the remaining time: on a terminal as a line that is overwritten, ten times a second at most; elsewhere as plain lines, one every ten seconds.
/// Thread-safe.
/// </summary>
/// <param name="output">Where to report.</param>
/// <param name="time">The clock.</param>
/// <param name="unit">What is counted, in the plural.</param>
internal sealed class ProgressReport(ToolOutput output, TimeProvider time, string unit) : IDisposable
{
    private static readonly TimeSpan OnTerminal = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Elsewhere = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();
    private readonly TimeSpan _interval = output.HasStatusLine ? OnTerminal : Elsewhere;
    private long _reported = time.GetTimestamp();

    /// <summary>Reports the present state, unless the last report was a moment ago.</summary>
    /// <param name="done">How many are done.</param>
    /// <param name="total">How many there are; <see langword="null"/> if that is not known.</param>
    public void Report(long done, long? total = null)
    {
        lock (_gate)
        {
            if (time.GetElapsedTime(_reported) < _interval)
            {
                return;
            }

            _reported = time.GetTimestamp();
        }

        var text = Text(done, total, time.GetElapsedTime(_start));
        if (output.HasStatusLine)
        {
            output.Status(text);
        }
        else
        {
            output.Note(text);
        }
    }

    /// <summary>Ends the report: what the command then prints says how it ended.</summary>
    public void Dispose() => output.ClearStatus();

    private string Text(long done, long? total, TimeSpan elapsed)
    {
        var rate = elapsed > TimeSpan.Zero ? done / elapsed.TotalSeconds : 0;
        var text = total is { } all
            ? string.Create(CultureInfo.InvariantCulture, $"{done:N0} of {all:N0} {unit}, {rate:N0}/s")
            : string.Create(CultureInfo.InvariantCulture, $"{done:N0} {unit}, {rate:N0}/s");
        return total > done && rate > 0 ? $"{text}, {DurationText.Format(TimeSpan.FromSeconds(Math.Min((total.Value - done) / rate, TimeSpan.MaxValue.TotalSeconds / 2)))} left" : text;
    }
}
