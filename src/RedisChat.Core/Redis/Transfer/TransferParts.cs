namespace RedisChat.Redis;

/// <summary>
/// All kinds of keys that docs/keys.md names, and what happens to each in an export. This is the one place that says so: what exports, imports and verifies goes through these lists, and a test compares them with the documentation.
/// A new key of a room needs a line here.
/// </summary>
internal static class TransferParts
{
    /// <summary>The messages.</summary>
    public static readonly TransferPart Messages = new("m:<bucket>", TransferKind.Messages, "message") { IsJson = true };

    /// <summary>What is being written.</summary>
    public static readonly TransferPart Writing = new("writing", TransferKind.Groups, "writing") { Key = static (keys, room) => keys.Writing(room), Letter = 'w', HasIds = true };

    /// <summary>What users have scheduled.</summary>
    public static readonly TransferPart Scheduled = new("scheduled:<user>", TransferKind.Fields, "scheduled") { IsJson = true };

    /// <summary>The summaries of threads.</summary>
    public static readonly TransferPart Threads = new("threads", TransferKind.Fields, "thread") { Key = static (keys, room) => keys.Threads(room), InThreads = false, HasIds = true };

    /// <summary>The members.</summary>
    public static readonly TransferPart Members = new("members", TransferKind.Fields, "member") { Key = static (keys, room) => keys.Members(room) };

    /// <summary>The read markers.</summary>
    public static readonly TransferPart Markers = new("read", TransferKind.Fields, "marker") { Key = static (keys, room) => keys.Read(room) };

    /// <summary>The pins.</summary>
    public static readonly TransferPart Pins = new("pins", TransferKind.Fields, "pin") { Key = static (keys, room) => keys.Pins(room), HasIds = true };

    /// <summary>The notices of attachments.</summary>
    public static readonly TransferPart Notices = new("attachments", TransferKind.Fields, "notice") { Key = static (keys, room) => keys.Attachments(room), InThreads = false };

    /// <summary>The change log.</summary>
    public static readonly TransferPart Log = new("changed", TransferKind.Log, "log") { Key = static (keys, room) => keys.Changed(room) };

    /// <summary>The rooms of a user.</summary>
    public static readonly TransferPart Listed = new("rooms", TransferKind.Fields, "listed") { Key = static (keys, scope) => keys.ListedRooms(UserOf(scope)) };

    /// <summary>The drafts of a user.</summary>
    public static readonly TransferPart Drafts = new("drafts", TransferKind.Fields, "draft") { Key = static (keys, scope) => keys.Drafts(UserOf(scope)), IsJson = true };

    /// <summary>The wrapped data keys of a room and its threads, or of a user.</summary>
    public static readonly TransferPart DataKeys = new("key", TransferKind.Fields, "key") { Key = static (keys, scope) => keys.DataKeys(scope), InThreads = false };

    /// <summary>The keys of a room or a thread.</summary>
    public static readonly IReadOnlyList<TransferPart> OfRoom =
    [
        new("", TransferKind.Room, "end"),
        Messages,
        new("sealed", TransferKind.Messages, "sealed"),
        new("u:<user>", TransferKind.Derived),
        new("r:<bucket>", TransferKind.Groups, "reactions") { Letter = 'r' },
        new("v:<bucket>", TransferKind.Groups, "versions") { Letter = 'v', IsJson = true },
        Scheduled,
        Pins,
        Notices,
        new("mentions:<user>", TransferKind.Derived),
        new("mentions", TransferKind.Derived),
        Threads,
        new("t:<id>", TransferKind.Scope),
        new("expires", TransferKind.Derived),
        new("gone", TransferKind.Derived),
        Writing,
        Members,
        Markers,
        new("rates", TransferKind.Passing),
        new("here", TransferKind.Passing),
        new("here:users", TransferKind.Passing),
        new("here:processes", TransferKind.Passing),
        Log,
        new("sent:<window>", TransferKind.Passing),

        // What is in the archive is exported with the other messages, and the other chat archives by itself.
        new("thawed", TransferKind.Passing),
        new(KeyNames.ImportEnd, TransferKind.Passing),
        DataKeys,
    ];

    /// <summary>The keys of a user.</summary>
    public static readonly IReadOnlyList<TransferPart> OfUser = [new("", TransferKind.Room, "end"), Listed, Drafts, Log, DataKeys];

    /// <summary>The keys of a part of the directory.</summary>
    public static readonly IReadOnlyList<TransferPart> OfDirectory =
    [
        new("rooms", TransferKind.Derived), new("names", TransferKind.Derived), new("active", TransferKind.Derived), new("due", TransferKind.Derived), new("upkeep", TransferKind.Derived),
    ];

    /// <summary>The kinds with a hash for each bucket.</summary>
    public static readonly IReadOnlyList<TransferPart> Bucketed = [.. OfRoom.Where(part => part is { Kind: TransferKind.Groups, Key: null })];

    /// <summary>Their letters.</summary>
    public static readonly string BucketLetters = string.Concat(Bucketed.Select(part => part.Letter));

    /// <summary>The kinds of lines.</summary>
    public static readonly IReadOnlySet<string> Facts =
        new HashSet<string>(OfRoom.Concat(OfUser).Select(part => part.Fact).Where(fact => fact.Length > 0).Concat(["room", "user", "changes", "summary"]), StringComparer.Ordinal);

    /// <summary>The kinds with a line for each field of one hash.</summary>
    public static IEnumerable<TransferPart> FieldsOf(TransferScope scope) => (scope.IsUser ? OfUser : OfRoom)
        .Where(part => part is { Kind: TransferKind.Fields, Key: not null } && (part.InThreads || !scope.IsThread));

    /// <summary>The kind of a line; <see langword="null"/> if it is not that of a key.</summary>
    public static TransferPart? Of(string fact) => ByFact.GetValueOrDefault(fact);

    /// <summary>The kind of a key below the root of a room; <see langword="null"/> if there is none.</summary>
    public static TransferPart? OfKey(TransferScope scope, string suffix)
    {
        var name = suffix.IndexOf(':', StringComparison.Ordinal) is > 0 and var end ? suffix[..(end + 1)] : "";
        return (scope.IsUser ? OfUser : OfRoom).FirstOrDefault(part => part.Suffix == suffix || (name.Length > 0 && part.Suffix.StartsWith(name + "<", StringComparison.Ordinal)));
    }

    private static readonly Dictionary<string, TransferPart> ByFact =
        OfRoom.Concat(OfUser).Where(part => part.Fact.Length > 0 && part.Kind is not TransferKind.Room).DistinctBy(part => part.Fact).ToDictionary(part => part.Fact, StringComparer.Ordinal);

    private static string UserOf(string scope) => UserScope.TryGetUser(scope, out var user) ? user : throw new ArgumentException("The scope is not that of a user.", nameof(scope));
}
