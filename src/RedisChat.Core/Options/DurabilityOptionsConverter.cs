using System.ComponentModel;
using System.Globalization;
using System.Text.RegularExpressions;

namespace RedisChat;

/// <summary>Converts a configuration string to <see cref="DurabilityOptions"/>.</summary>
internal sealed partial class DurabilityOptionsConverter : TypeConverter
{
    public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) =>
        sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

    public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
        value is string text ? DurabilityOptions.FromDurability(Parse(text)) : base.ConvertFrom(context, culture, value);

    private static Durability Parse(string text)
    {
        try
        {
            var match = Notation().Match(text);
            var timeout = match.Groups["timeout"] is { Success: true, Value: var written }
                ? TimeSpan.ParseExact(written, "c", CultureInfo.InvariantCulture)
                : Durability.DefaultTimeout;
            return match switch
            {
                { Success: false } => throw new FormatException(),
                _ when match.Groups["replicas"] is { Success: true, Value: var replicas } =>
                    Durability.Replicated(int.Parse(replicas, NumberStyles.None, CultureInfo.InvariantCulture), timeout),
                _ when match.Groups["fsynced"].Success => Durability.Fsynced(timeout),
                _ => Durability.Memory,
            };
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentOutOfRangeException)
        {
            throw new FormatException(
                "A durability is written as Memory, Replicated(2), Replicated(2, 00:00:05), Fsynced or Fsynced(00:00:01), with at least 1 replica and a time from "
                + $"{Durability.ShortestTimeout} to {Durability.LongestTimeout}.",
                e);
        }
    }

    [GeneratedRegex(
        @"^\s*(Memory|Replicated\s*\(\s*(?<replicas>\d+)\s*(,\s*(?<timeout>[\d.:]+)\s*)?\)|(?<fsynced>Fsynced)\s*(\(\s*(?<timeout>[\d.:]+)\s*\))?)\s*\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Notation();
}
