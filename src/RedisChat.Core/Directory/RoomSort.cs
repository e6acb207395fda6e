using System.Buffers.Text;
using System.Text;

namespace RedisChat;

/// <summary>How stores order the rooms of the directory, and write the cursors of its pages.</summary>
internal static class RoomSort
{
    /// <summary>What a room is sorted by: its name, or its id if it has none, in lower case.</summary>
    public static string NameOf(RoomAbout about, string room) => (about.Name.Length > 0 ? about.Name : room).ToLowerInvariant();

    /// <summary>The place of a room by name: unique, and in the order of its bytes. Neither part contains a line feed.</summary>
    public static byte[] Place(string sortName, string room) => Encoding.UTF8.GetBytes($"{sortName}\n{room}");

    /// <summary>The place of a room by activity: smaller for a later time.</summary>
    public static byte[] Place(long time, string room) => Encoding.UTF8.GetBytes($"{long.MaxValue - time:x16}\n{room}");

    /// <summary>The time in a place by activity, µs.</summary>
    public static long TimeOf(ReadOnlySpan<byte> place) =>
        Utf8Parser.TryParse(place[..16], out long rest, out _, 'x') ? long.MaxValue - rest : 0;

    /// <summary>The room in a place.</summary>
    public static string RoomOf(ReadOnlySpan<byte> place) => Encoding.UTF8.GetString(place[(place.LastIndexOf((byte)'\n') + 1)..]);

    /// <summary>A cursor that continues after a place.</summary>
    public static string Cursor(RoomOrder order, ReadOnlySpan<byte> place) => Letter(order) + Convert.ToHexString(place);

    /// <summary>The place in a cursor.</summary>
    /// <exception cref="ChatInputException">The text is not a cursor for this order.</exception>
    public static byte[] ReadCursor(RoomOrder order, string cursor)
    {
        try
        {
            var place = cursor.Length > 0 && cursor[0] == Letter(order)[0] ? Convert.FromHexString(cursor.AsSpan(1)) : [];
            var line = place.AsSpan().LastIndexOf((byte)'\n');
            if (line > 0 && line < place.Length - 1 && (order == RoomOrder.Name || (line == 16 && Utf8Parser.TryParse(place.AsSpan(0, 16), out long _, out var read, 'x') && read == 16)))
            {
                return place;
            }
        }
        catch (FormatException)
        {
            // Not hexadecimal.
        }

        throw new ChatInputException("The cursor is not one that was returned before for this order.", nameof(cursor));
    }

    private static string Letter(RoomOrder order) => order == RoomOrder.Name ? "n" : "a";
}
