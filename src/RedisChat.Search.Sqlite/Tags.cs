using System.Globalization;
using System.Text;

namespace RedisChat.Search.Sqlite;

/// <summary>Words of the column <c>tags</c>, by which FTS5 finds the messages of a room or user without looking at others. Letters and digits only.</summary>
internal static class Tags
{
    public static string OfRoom(long number) => string.Create(CultureInfo.InvariantCulture, $"r{number}");

    public static string OfUser(string user) => "u" + Convert.ToHexString(Encoding.UTF8.GetBytes(user));

    /// <summary>All tags of a message. Whoever searches a room finds the messages of its threads, too.</summary>
    public static string Of(long room, long ruledBy, string user) =>
        room == ruledBy ? $"{OfRoom(room)} {OfUser(user)}" : $"{OfRoom(room)} {OfRoom(ruledBy)} {OfUser(user)}";
}
