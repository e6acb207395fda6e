namespace RedisChat.Redis;

/// <summary>Where an encrypted value is stored, within its room or user's scope. A value that was moved elsewhere cannot be decrypted.</summary>
/// <param name="Kind">What the value is: one of the letters below.</param>
/// <param name="Id">The message's id, or the number of what else has a number; 0 for what has none.</param>
/// <param name="Rest">What else identifies the place.</param>
internal readonly record struct BoxPlace(char Kind, long Id, string Rest = "")
{
    /// <summary>The present value of a message.</summary>
    public static BoxPlace Message(long id) => new('m', id);

    /// <summary>An earlier version of a message.</summary>
    public static BoxPlace Version(long id, int version) => new('v', id, version.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>A sealed bucket with this number of messages. Its first id decides which key is derived, as for its messages.</summary>
    public static BoxPlace Bucket(long number, int count) => new('s', number * Buckets.Size, count.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The event of link previews of a message.</summary>
    public static BoxPlace Previews(long id) => new('k', id);

    /// <summary>A part of a message that is being written: where it begins, in bytes, and its writer's name.</summary>
    public static BoxPlace Part(long id, long offset, string writer) => new('w', id, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{offset} {writer}"));

    /// <summary>The event of the end of a message's writing.</summary>
    public static BoxPlace Ended(long id) => new('e', id);

    /// <summary>A user's draft.</summary>
    public static BoxPlace Draft(string room) => new('d', 0, room);

    /// <summary>A scheduled message.</summary>
    public static BoxPlace Scheduled(string user, string id) => new('q', 0, $"{id} {user}");

    /// <summary>A notice of attachments.</summary>
    public static BoxPlace Notice(string room, string field) => new('a', 0, $"{field} {room}");
}
