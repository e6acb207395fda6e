using System.Globalization;

namespace RedisChat;

/// <summary>Rejects searches that are not valid, before any I/O.</summary>
internal static class SearchInput
{
    private const int MostHits = 100;

    public static void Check(MessageSearch search, IMessageStore store)
    {
        if (search is null)
        {
            throw new ChatInputException("A search is required; it must not be null.", nameof(search));
        }

        CheckText(search.Text, $"{nameof(search)}.{nameof(search.Text)}");
        if (search.Rooms is { } rooms)
        {
            if (rooms.Count > ChatLimits.MaxSearchedRooms)
            {
                throw new ChatInputException($"A search names at most {ChatLimits.MaxSearchedRooms} rooms.", $"{nameof(search)}.{nameof(search.Rooms)}");
            }

            foreach (var room in rooms)
            {
                ChatInput.CheckRoom(room, store, $"{nameof(search)}.{nameof(search.Rooms)}");
            }
        }

        if (search.User is { } user)
        {
            ChatInput.CheckId(user, $"{nameof(search)}.{nameof(search.User)}");
        }

        if (search.Limit is < 1 or > MostHits)
        {
            throw new ChatInputException($"A limit must be from 1 to {MostHits}.", $"{nameof(search)}.{nameof(search.Limit)}");
        }

        _ = ReadCursor(search.Cursor);
    }

    public static string WriteCursor(long place) => place.ToString("x", CultureInfo.InvariantCulture);

    public static long? ReadCursor(string? cursor, string name = "search.Cursor") =>
        cursor is null ? null
        : long.TryParse(cursor, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var place) && place > 0 && WriteCursor(place) == cursor ? place
        : throw new ChatInputException("The cursor is not one that a search has returned.", name);

    private static void CheckText(string text, string name)
    {
        if (text is null)
        {
            throw new ChatInputException("A value is required; it must not be null.", name);
        }

        ChatInput.CheckUnicode(text, ChatLimits.MaxSearchBytes, name);
    }
}
