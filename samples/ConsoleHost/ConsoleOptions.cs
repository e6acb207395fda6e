using System.Globalization;
using System.Text;
using RedisChat.Terminal;

namespace RedisChat.ConsoleHost;

/// <summary>The options of the command line.</summary>
internal sealed record ConsoleOptions
{
    public const int DefaultPort = 16379;

    public const string Usage = """
        A chat in the terminal. Without options it finds or starts a server of its own on this machine.

          --room R            the room to join (lobby)
          --user U            who you are (your user name on this machine)
          --redis CONFIG      use this Redis or Valkey: host:6379,password=... or redis://user:password@host:6379/0
                              (rediss:// for TLS)
          --layout L          how messages are kept: hashed (default) or classic
          --store S           redis (default), or memory: in this process only
          --data DIR          keep the embedded server's data in this directory
          --port N            the embedded server's port (16379)
          --help              this text
        """;

    public string Room { get; private set; } = "lobby";

    public string User { get; private set; } = Sanitized(Environment.UserName);

    public string? Redis { get; private set; }

    public bool Classic { get; private set; }

    public bool InMemory { get; private set; }

    public string? DataDirectory { get; private set; }

    public int Port { get; private set; } = DefaultPort;

    public bool Help { get; private set; }

    /// <summary>Reads a command line.</summary>
    /// <exception cref="StartupException">The command line is not valid.</exception>
    public static ConsoleOptions Parse(IReadOnlyList<string> args)
    {
        var options = new ConsoleOptions();
        var given = new HashSet<string>();
        for (var i = 0; i < args.Count; i++)
        {
            var (name, value) = Split(args[i]);
            if (name is "--help" or "-h" or "-?")
            {
                options.Help = true;
                return options;
            }

            if (!IsKnown(name))
            {
                throw new StartupException($"There is no option '{name}'. --help lists them.");
            }

            if (value is null && i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                value = args[++i];
            }

            options.Set(name, string.IsNullOrWhiteSpace(value) ? throw new StartupException($"{name} needs a value. --help lists all options.") : value);
            given.Add(name);
        }

        options.Check(given);
        return options;
    }

    /// <summary>A user id as close to a system user's name as the rules for ids allow.</summary>
    internal static string Sanitized(string name)
    {
        var id = new StringBuilder();
        var bytes = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > ChatLimits.MaxIdBytes)
            {
                break;
            }

            id.Append((Rune.IsControl(rune) ? Rune.ReplacementChar : rune).ToString());
        }

        return id.Length == 0 ? "someone" : id.ToString();
    }

    // Only the first "=" separates name and value: a Redis configuration contains more of them.
    private static (string Name, string? Value) Split(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal) && argument.IndexOf('=') is var at and > 0
            ? (argument[..at], argument[(at + 1)..])
            : (argument, null);

    private static bool IsKnown(string name) => name is "--room" or "--user" or "--redis" or "--layout" or "--store" or "--data" or "--port";

    private void Set(string name, string value)
    {
        switch (name)
        {
            case "--room":
                Room = Id(name, value);
                break;
            case "--user":
                User = Id(name, value);
                break;
            case "--redis":
                Redis = value;
                break;
            case "--layout":
                Classic = OneOf(name, value, "hashed", "classic");
                break;
            case "--store":
                InMemory = OneOf(name, value, "redis", "memory");
                break;
            case "--data":
                DataDirectory = value;
                break;
            default:
                Port = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535
                    ? port
                    : throw new StartupException($"{name} must be a number from 1 to 65535, not '{value}'.");
                break;
        }
    }

    private void Check(HashSet<string> given)
    {
        string[] embedded = ["--data", "--port"];
        string[] excluded = InMemory ? ["--redis", "--layout", .. embedded] : Redis is not null ? embedded : [];
        if (Array.Find(excluded, given.Contains) is { } useless)
        {
            throw new StartupException($"{useless} means nothing together with {(InMemory ? "--store memory" : "--redis")}.");
        }

        if (Classic)
        {
            try
            {
                _ = new ClassicKeyScheme().User(Room, User);
            }
            catch (ArgumentException e)
            {
                throw new StartupException(Explanation.Of(e), e);
            }
        }
    }

    private static bool OneOf(string name, string value, string usual, string other) =>
        value == other || (value == usual ? false : throw new StartupException($"{name} must be {usual} or {other}, not '{value}'."));

    private static string Id(string name, string value) =>
        Sanitized(value) == value && !value.Contains('\uFFFD', StringComparison.Ordinal)
            ? value
            : throw new StartupException($"{name} must be at most {ChatLimits.MaxIdBytes} bytes of UTF-8, without control characters.");
}
