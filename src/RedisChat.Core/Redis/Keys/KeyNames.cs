using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace RedisChat.Redis;

/// <summary>Names every key and channel: the roots of the application's scheme, and the suffixes below them. No other code builds a name.</summary>
/// <param name="scheme">Names the roots.</param>
/// <param name="database">
/// The number of the Redis database. Pub/sub does not separate databases, so channel names include every number but 0: otherwise two environments
/// on one server would receive each other's events.
/// </param>
/// <param name="channelPrefix">The prefix of every channel: see <see cref="LiveChannels"/>.</param>
internal sealed partial class KeyNames(IRoomKeyScheme scheme, int database, string channelPrefix = "")
{
    /// <summary>The hash of the room itself, or of a user's scope.</summary>
    public string Room(string room) => Root(room);

    /// <summary>The hash with the rules that hold in a room: of a thread those of the room that it belongs to.</summary>
    public string Rules(string room) => Root(ThreadId.RuledBy(room));

    /// <summary>The hash of the members that the rules of <see cref="Rules"/> speak of.</summary>
    public string RuledMembers(string room) => $"{Root(ThreadId.RuledBy(room))}:members";

    /// <summary>The hash of the summaries of the room's threads.</summary>
    public string Threads(string room) => $"{Root(room)}:threads";

    /// <summary>The hash of one bucket of messages, numbered from 0.</summary>
    public string Bucket(string room, long bucket) => string.Create(CultureInfo.InvariantCulture, $"{Root(room)}:m:{bucket}");

    /// <summary>The hash of the sealed buckets: old buckets, each compressed into one field.</summary>
    public string Sealed(string room) => $"{Root(room)}:sealed";

    /// <summary>The hash that is there as long as the room is being imported or migrated, so that a search of names finds such rooms.</summary>
    public string Importing(string room) => $"{Root(room)}:{ImportEnd}";

    /// <summary>The hash of the buckets that were put back from the archive, to be changed.</summary>
    public string Thawed(string room) => $"{Root(room)}:thawed";

    /// <summary>The string that lists the ids of one user's messages in the room.</summary>
    public string Author(string room, string user) => $"{Root(room)}:u:{EscapedId.Of(user)}";

    /// <summary>The hash of a feature's data about the messages of one bucket.</summary>
    /// <param name="room">The room.</param>
    /// <param name="letter">The feature's letter: a unique lower-case one other than <c>m</c>, <c>t</c> and <c>u</c>.</param>
    /// <param name="bucket">The bucket.</param>
    public string Feature(string room, char letter, long bucket) => string.Create(CultureInfo.InvariantCulture, $"{Root(room)}:{letter}:{bucket}");

    /// <summary>The hash of the room's members, and of those who are banned, muted or invited.</summary>
    public string Members(string room) => $"{Root(room)}:members";

    /// <summary>The hash of the times of the users' last sends, in rooms that limit them. A thread has those of its room.</summary>
    public string Rates(string room) => $"{Root(ThreadId.RuledBy(room))}:rates";

    /// <summary>The hash of the users' read markers.</summary>
    public string Read(string room) => $"{Root(room)}:read";

    /// <summary>The hash of the pinned messages.</summary>
    public string Pins(string room) => $"{Root(room)}:pins";

    /// <summary>
    /// The hash of the attachments that messages no longer refer to, until the application knows. A thread has that of its room. It is the only key that outlives the deletion of the room.
    /// </summary>
    public string Attachments(string room) => $"{Root(ThreadId.RuledBy(room))}:attachments";

    /// <summary>The hash of what a user has scheduled in the room.</summary>
    public string Scheduled(string room, string user) => $"{Root(room)}:scheduled:{EscapedId.Of(user)}";

    /// <summary>The sorted set of what is scheduled in the rooms of a part of the directory, by time.</summary>
    public string Due(int shard) => $"{scheme.Directory(shard)}:due";

    /// <summary>The sorted set of the rooms of a part of the directory that need work in the background, by time.</summary>
    public string Upkeep(int shard) => $"{scheme.Directory(shard)}:upkeep";

    /// <summary>The string with a bit for each bucket that deletions have left empty.</summary>
    public string Gone(string room) => $"{Root(room)}:gone";

    /// <summary>The sorted set of the messages that expire, by time.</summary>
    public string Expires(string room) => $"{Root(room)}:expires";

    /// <summary>The sorted set of the messages that mention roles or everyone.</summary>
    public string Mentions(string room) => $"{Root(room)}:mentions";

    /// <summary>The sorted set of the messages that mention a user.</summary>
    public string MentionsOf(string room, string user) => $"{Root(room)}:mentions:{EscapedId.Of(user)}";

    /// <summary>The hash of the messages that are being written.</summary>
    public string Writing(string room) => $"{Root(room)}:writing";

    /// <summary>The hash of the processes that have users in the room, and of the number of users.</summary>
    public string Here(string room) => $"{Root(room)}:here";

    /// <summary>The sorted set of the users who are in the room, each with the processes that say so.</summary>
    public string HereUsers(string room) => $"{Root(room)}:here:users";

    /// <summary>The sorted set of the same by process.</summary>
    public string HereProcesses(string room) => $"{Root(room)}:here:processes";

    /// <summary>The hash of the rooms that a user is a member of.</summary>
    public string ListedRooms(string user) => $"{scheme.User(user)}:rooms";

    /// <summary>The hash of a user's drafts.</summary>
    public string Drafts(string user) => $"{scheme.User(user)}:drafts";

    /// <summary>The hash of the data keys with which values of a room or a user's scope are encrypted. A thread has those of its room.</summary>
    public string DataKeys(string scope) => $"{Root(ThreadId.RuledBy(scope))}:key";

    /// <summary>The sorted set that is the change log.</summary>
    public string Changed(string room) => $"{Root(room)}:changed";

    /// <summary>The hash of the sends of one time window.</summary>
    public string Sent(string room, long window) => string.Create(CultureInfo.InvariantCulture, $"{Root(room)}:sent:{window}");

    /// <summary>The number of parts of the directory.</summary>
    public const int DirectoryShards = 16;

    /// <summary>The part of the directory that lists a room: the FNV-1a hash (32 bits) of its id in UTF-8, modulo the number of parts.</summary>
    public static int ShardOf(string room)
    {
        var hash = 2166136261;
        foreach (var b in Encoding.UTF8.GetBytes(room))
        {
            hash = unchecked((hash ^ b) * 16777619);
        }

        return (int)(hash % DirectoryShards);
    }

    /// <summary>The hash of the rooms in a part of the directory.</summary>
    public string DirectoryRooms(int shard) => $"{scheme.Directory(shard)}:rooms";

    /// <summary>The sorted set of the same rooms by name.</summary>
    public string DirectoryNames(int shard) => $"{scheme.Directory(shard)}:names";

    /// <summary>The sorted set of the same rooms by their last message.</summary>
    public string DirectoryActivity(int shard) => $"{scheme.Directory(shard)}:active";

    /// <summary>The pattern for <c>SCAN</c> that matches all keys of a room but its own hash.</summary>
    public string BelowRoom(string room) => Glob().Replace(Root(room), "\\$0") + ":*";

    /// <summary>The channel on which the room's events are published. For cluster routing and access rights it counts as a key.</summary>
    public string Live(string room) => database == 0
        ? $"{channelPrefix}{Root(room)}:live"
        : string.Create(CultureInfo.InvariantCulture, $"{channelPrefix}{Root(room)}:live:{database}");

    // A thread is below its room, so it is in the same slot, and is found with the room's other keys.
    private string Root(string scope) =>
        UserScope.TryGetUser(scope, out var user) ? scheme.User(user)
        : ThreadId.TrySplit(scope, out var room, out var message) ? string.Create(CultureInfo.InvariantCulture, $"{scheme.Room(room)}:t:{message}")
        : scheme.Room(scope);

    [GeneratedRegex(@"[*?\[\]^\\]")]
    private static partial Regex Glob();
}
