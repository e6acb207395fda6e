using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace RedisChat.Tool;

/// <summary>Makes options and arguments that several commands have. Each command has its own.</summary>
internal static class CommonOptions
{
    /// <summary>The room that a command is about.</summary>
    public static Argument<string> Room() => new("room") { Description = "The room's id." };

    /// <summary>Says what would change, and changes nothing.</summary>
    public static Option<bool> DryRun() => new("--dry-run") { Description = "Say what would change, and change nothing." };

    /// <summary>Does not ask: see <see cref="Confirmation"/>.</summary>
    public static Option<bool> Yes() => new("--yes") { Description = "Do not ask. Without a terminal it is required." };

    /// <summary>A whole number within limits.</summary>
    public static Option<int> Number(string name, string description, int initial, int least, int most) => new(name)
    {
        Description = description,
        HelpName = "number",
        DefaultValueFactory = _ => initial,
        CustomParser = result => (int)ReadNumber(result, least, most),
    };

    /// <summary>A whole number within limits that need not be given.</summary>
    public static Option<long?> OptionalNumber(string name, string description, long least, long most) => new(name)
    {
        Description = description,
        HelpName = "number",
        CustomParser = result => ReadNumber(result, least, most),
    };

    /// <summary>A length of time that need not be given: <c>90d</c>, <c>12h</c>, <c>30m</c>, <c>45s</c>.</summary>
    public static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "time",
        CustomParser = result =>
        {
            if (DurationText.TryParse(result.Tokens[0].Value, out var duration))
            {
                return duration;
            }

            result.AddError($"{name} is a number and a unit: 90d, 12h, 30m or 45s.");
            return null;
        },
    };

    private static long ReadNumber(ArgumentResult result, long least, long most)
    {
        if (long.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{((OptionResult)result.Parent!).Option.Name} must be a number from {least} to {most}."));
        return least;
    }
}
