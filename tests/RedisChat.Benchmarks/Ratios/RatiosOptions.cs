using System.Globalization;

namespace RedisChat.Benchmarks.Ratios;

/// <summary>The command line of <c>ratios</c>.</summary>
internal sealed record RatiosOptions
{
    public const int MaxRounds = 50;

    public int Rounds { get; private init; } = 5;

    /// <summary>A part of the names of the groups to run; all if not given.</summary>
    public string? Only { get; private init; }

    /// <summary>A server to use instead of starting one, in StackExchange.Redis's notation.</summary>
    public string? Redis { get; private init; }

    /// <summary>Where to write the results for programs.</summary>
    public string? Json { get; private init; }

    /// <summary>The options, or <see langword="null"/> if the command line is not valid.</summary>
    public static RatiosOptions? Parse(ReadOnlySpan<string> arguments)
    {
        var options = new RatiosOptions();
        for (; arguments.Length > 0; arguments = arguments[2..])
        {
            if (arguments.Length == 1)
            {
                return null;
            }

            var value = arguments[1];
            switch (arguments[0])
            {
                case "--rounds" when int.TryParse(value, CultureInfo.InvariantCulture, out var rounds) && rounds is > 0 and <= MaxRounds:
                    options = options with { Rounds = rounds };
                    break;
                case "--only":
                    options = options with { Only = value };
                    break;
                case "--redis":
                    options = options with { Redis = value };
                    break;
                case "--json":
                    options = options with { Json = value };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
