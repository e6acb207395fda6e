using System.Globalization;

namespace RedisChat.Redis;

/// <summary>
/// The stored form of a room in a user's list: <c>revision flags hidden</c>. The flag <c>m</c> means muted, <c>-</c> that there are no flags. <c>hidden</c> is
/// the id of the last message when the user hid the room, <c>-</c> if it is not hidden.
/// </summary>
internal static class ListedRoomText
{
    private const string Muted = "m";
    private const string Nothing = "-";

    /// <summary>The text after the revision, which the script inserts.</summary>
    public static string Tail(ListedRoom room) =>
        string.Create(CultureInfo.InvariantCulture, $" {(room.IsMuted ? Muted : Nothing)} {(room.HiddenAt is { } id ? id : Nothing)}");

    /// <summary>Parses a stored entry; <see langword="false"/> if the text is something else. Ignores flags and words of later versions.</summary>
    public static bool TryRead(string room, string? text, out ListedRoom listed)
    {
        listed = new ListedRoom { Room = room };
        var words = text?.Split(' ') ?? [];
        var hidden = 0L;
        if (words.Length < 3 || !StrictNumber.TryRead(words[0], out var revision) || (words[2] != Nothing && !StrictNumber.TryRead(words[2], out hidden)))
        {
            return false;
        }

        listed = new ListedRoom
        {
            Room = room,
            IsMuted = words[1].Contains(Muted, StringComparison.Ordinal),
            HiddenAt = words[2] == Nothing ? null : hidden,
            ChangedAt = Micros.ToTime(revision),
        };
        return true;
    }
}
