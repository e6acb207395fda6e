using System.Globalization;

namespace RedisChat.Redis;

/// <summary>The stored form of a read marker, which the scripts know too: <c>message-id time</c>, the time in µs.</summary>
internal static class MarkerText
{
    /// <summary>Parses a stored marker; <see langword="false"/> if the text is something else.</summary>
    /// <param name="user">The user, the field's name.</param>
    /// <param name="text">The field's value.</param>
    /// <param name="last">The room's last message id: a marker above counts as this one.</param>
    /// <param name="marker">The marker.</param>
    public static bool TryRead(string user, string text, long last, out ReadMarker marker)
    {
        marker = null!;
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0 || !StrictNumber.TryRead(text.AsSpan(0, space), out var id) || !StrictNumber.TryRead(text.AsSpan(space + 1), out var time))
        {
            return false;
        }

        marker = new ReadMarker { User = user, MessageId = Math.Min(id, last), At = Micros.ToTime(time) };
        return true;
    }

    /// <summary>The error for a field that is not a marker. It does not repeat the user's id.</summary>
    public static ChatDataException Unreadable(KeyNames keys, string room) =>
        new(string.Create(CultureInfo.InvariantCulture, $"A field of the hash '{keys.Read(room)}' is not a read marker. Another program may be using the same key prefix."))
        {
            Key = keys.Read(room),
        };
}
