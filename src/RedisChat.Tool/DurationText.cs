using System.Globalization;

namespace RedisChat.Tool;

/// <summary>Lengths of time as people write them: a whole number and a unit.</summary>
internal static class DurationText
{
    private const int MostDigits = 9;

    /// <summary>Reads <c>90d</c>, <c>12h</c>, <c>30m</c> or <c>45s</c>; <see langword="false"/> for anything else, and for zero.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Length is < 2 or > MostDigits + 1 || !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count == 0)
        {
            return false;
        }

        var unit = text[^1] switch { 'd' => 86_400L, 'h' => 3_600, 'm' => 60, 's' => 1, _ => 0 };
        if (unit == 0 || count > TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerSecond / unit)
        {
            return false;
        }

        duration = TimeSpan.FromTicks(count * unit * TimeSpan.TicksPerSecond);
        return true;
    }

    /// <summary>A length of time in its two largest units: <c>3 d 4 h</c>, <c>5 min</c>, <c>12 s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        var seconds = (long)Math.Max(0, Math.Round(duration.TotalSeconds));
        return seconds switch
        {
            < 60 => Text(seconds, "s"),
            < 3_600 => Pair(seconds / 60, "min", seconds % 60, "s"),
            < 86_400 => Pair(seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
            _ => Pair(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h"),
        };

        static string Pair(long large, string unit, long small, string smallUnit) => small == 0 ? Text(large, unit) : $"{Text(large, unit)} {Text(small, smallUnit)}";

        static string Text(long count, string unit) => string.Create(CultureInfo.InvariantCulture, $"{count} {unit}");
    }
}
