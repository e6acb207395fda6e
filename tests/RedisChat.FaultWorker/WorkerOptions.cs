using System.Globalization;

namespace RedisChat.Faults;

/// <summary>
/// A worker's command line: <c>send</c>, <c>watch</c> or, with users, <c>enter</c> or what else they do, and <c>--name value</c> for each of the other properties.
/// </summary>
internal sealed record WorkerOptions
{
    public const string Enter = "enter";
    public const string Schedule = "schedule";
    public const string Write = "write";
    public const string Release = "release";
    public const string Index = "index";
    public const string Erase = "erase";
    public const string Archive = "archive";

    /// <summary>How long sends wait for their durability. A file that is synced every second takes longer than replicas.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public required bool Sends { get; init; }

    /// <summary>How to connect, in StackExchange.Redis's notation.</summary>
    public required string Redis { get; init; }

    public required IReadOnlyList<string> Rooms { get; init; }

    /// <summary>How many senders each room has.</summary>
    public int Senders { get; init; } = 2;

    public int Seed { get; init; }

    /// <summary><see cref="ChatOptions.OperationTimeout"/>: short, so that sends fail and the application's own retries are tested too.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary><see cref="ChatOptions.Durability"/>.</summary>
    public Durability Durability { get; init; } = Durability.Memory;

    /// <summary>The users who are present in the rooms. If there are any, the worker neither sends nor watches.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>
    /// What the users do, once: <see cref="Enter"/> and stay until the end, <c>join</c>, <c>leave</c>, or <see cref="Write"/> until the end; or <see cref="Schedule"/>: the worker sends what is scheduled;
    /// or <see cref="Release"/>: it runs the upkeep; or <see cref="Index"/>: it feeds the index in the file that the only user names;
    /// or <see cref="Erase"/>: it makes the messages of the user anonymous;
    /// or <see cref="Archive"/>: it runs the upkeep with an archive in the directory that the only user names.
    /// </summary>
    public string Act { get; init; } = Enter;

    /// <summary><see cref="PresenceOptions.Expiry"/>, and <see cref="WritingOptions.Lease"/>.</summary>
    public TimeSpan Expiry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The file with master keys, if the rooms are encrypted.</summary>
    public string Keys { get; init; } = "";

    /// <summary>Where to write the history.</summary>
    public required string Log { get; init; }

    public static WorkerOptions Parse(string[] arguments)
    {
        var values = new Dictionary<string, string>();
        for (var i = 1; i + 1 < arguments.Length; i += 2)
        {
            values[arguments[i]] = arguments[i + 1];
        }

        return new WorkerOptions
        {
            Sends = arguments[0] == "send",
            Act = arguments[0],
            Redis = values["--redis"],
            Rooms = values["--rooms"].Split(','),
            Senders = Number("--senders"),
            Seed = Number("--seed"),
            Timeout = TimeSpan.FromMilliseconds(Number("--timeout")),
            Durability = Level(values["--durability"]),
            Users = values["--users"].Split(',', StringSplitOptions.RemoveEmptyEntries),
            Expiry = TimeSpan.FromMilliseconds(Number("--expiry")),
            Keys = values.GetValueOrDefault("--keys", ""),
            Log = values["--log"],
        };

        int Number(string name) => int.Parse(values[name], CultureInfo.InvariantCulture);
    }

    public IEnumerable<string> ToArguments() =>
    [
        Users.Count > 0 ? Act : Sends ? "send" : "watch",
        "--redis", Redis,
        "--rooms", string.Join(',', Rooms),
        "--senders", Senders.ToString(CultureInfo.InvariantCulture),
        "--seed", Seed.ToString(CultureInfo.InvariantCulture),
        "--timeout", Timeout.TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
        "--durability", Durability.ToString(),
        "--users", string.Join(',', Users),
        "--expiry", Expiry.TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
        .. Keys.Length > 0 ? (string[])["--keys", Keys] : [],
        "--log", Log,
    ];

    // As Durability prints it.
    private static Durability Level(string level) => level switch
    {
        "Memory" => Durability.Memory,
        "Fsynced" => Durability.Fsynced(Patience),
        _ => Durability.Replicated(int.Parse(level["Replicated(".Length..^1], CultureInfo.InvariantCulture), Patience),
    };
}
