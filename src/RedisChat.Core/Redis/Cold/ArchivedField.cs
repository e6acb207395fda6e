using System.Globalization;

namespace RedisChat.Redis;

/// <summary>A room's field <c>archived</c>: how far its history was moved to the archive.</summary>
/// <param name="Below">The first bucket that was not moved. Those below are in the archive, unless Redis has them.</param>
/// <param name="Since">When the room was marked, µs.</param>
/// <param name="Thaws">When a bucket was last moved or put back to be changed, µs, and greater each time, also after a failover; 0 if none was. As long as it is the same, so is what was read in the archive.</param>
internal readonly record struct ArchivedField(long Below, long Since, long Thaws)
{
    /// <summary>The field.</summary>
    public const string Name = "archived";

    /// <summary>The letter in the room's field <c>uses</c>.</summary>
    public const char Letter = 'o';

    /// <summary>Whether the letters of a room's features say that it has an archive.</summary>
    public static bool IsIn(string? uses) => uses?.Contains(Letter, StringComparison.Ordinal) == true;

    /// <summary>Parses the field.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out ArchivedField field)
    {
        field = default;
        var first = text.IndexOf((byte)' ');
        var last = text.LastIndexOf((byte)' ');
        if (first < 0 || last == first
            || !StrictNumber.TryRead(text[..first], out var below) || !StrictNumber.TryRead(text[(first + 1)..last], out var since) || !StrictNumber.TryRead(text[(last + 1)..], out var thaws))
        {
            return false;
        }

        field = new ArchivedField(below, since, thaws);
        return true;
    }

    /// <summary>Parses the field of a room.</summary>
    /// <exception cref="ChatDataException">It is not what the chat writes.</exception>
    public static ArchivedField Parse(KeyNames keys, string room, ReadOnlySpan<byte> text) =>
        TryRead(text, out var field)
            ? field
            : throw new ChatDataException($"Field {Name} of the hash '{keys.Room(room)}' is not what the chat writes there. Another program may be using the same key prefix.")
            {
                Key = keys.Room(room),
                Field = Name,
            };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Below} {Since} {Thaws}");
}
