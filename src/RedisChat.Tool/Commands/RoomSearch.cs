using System.Runtime.CompilerServices;
using System.Text;
using RedisChat.Tool.Connecting;

namespace RedisChat.Tool.Commands;

/// <summary>Finds all rooms that exist, with settings or without, and reads an overview of them, page by page. The servers' keys are searched for them.</summary>
internal static class RoomSearch
{
    private const char Letter = 'i';

    /// <summary>The rooms in the order of their ids. The last page may be empty.</summary>
    /// <param name="chat">The chat.</param>
    /// <param name="cursor">Where to continue; <see langword="null"/> to begin.</param>
    /// <param name="size">The most rooms of a page.</param>
    /// <param name="whenUnreadable">Called for a room that another program has damaged; what to return in its place.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async IAsyncEnumerable<RoomPage> PagesAsync(
        Chat chat, string? cursor, int size, Func<string, ChatDataException, RoomInfo?> whenUnreadable, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (ids, after) = (new List<string>(size), cursor is null ? null : ReadCursor(cursor));
        await ChatConnection.ReachAsync(chat, cancellationToken);
        await foreach (var id in chat.Transfer.FindRoomsAsync(after, cancellationToken))
        {
            if (ids.Count == size)
            {
                yield return await ReadAsync(chat, ids, Cursor(ids[^1]), whenUnreadable, cancellationToken);
                ids.Clear();
            }

            ids.Add(id);
        }

        yield return await ReadAsync(chat, ids, null, whenUnreadable, cancellationToken);
    }

    private static async Task<RoomPage> ReadAsync(
        Chat chat, List<string> ids, string? cursor, Func<string, ChatDataException, RoomInfo?> whenUnreadable, CancellationToken cancellationToken)
    {
        var infos = new List<RoomInfo>(ids.Count);
        try
        {
            infos.AddRange(ids.Count == 0 ? [] : await chat.Rooms.GetInfoAsync(ids, cancellationToken));
        }
        catch (ChatDataException)
        {
            foreach (var id in ids)
            {
                if (await ReadAsync(chat, id, whenUnreadable, cancellationToken) is { } info)
                {
                    infos.Add(info);
                }
            }
        }

        return new RoomPage
        {
            Rooms = [.. infos.Where(info => info.Exists)],
            BeingDeleted = [.. infos.Where(info => info.IsBeingDeleted).Select(info => info.Id)],
            Cursor = cursor,
        };
    }

    private static async Task<RoomInfo?> ReadAsync(Chat chat, string id, Func<string, ChatDataException, RoomInfo?> whenUnreadable, CancellationToken cancellationToken)
    {
        try
        {
            return await chat.Rooms.GetInfoAsync(id, cancellationToken);
        }
        catch (ChatDataException e)
        {
            return whenUnreadable(id, e);
        }
    }

    // Hexadecimal: an id may contain anything that a shell or a terminal understands.
    private static string Cursor(string id) => Letter + Convert.ToHexString(Encoding.UTF8.GetBytes(id));

    private static string ReadCursor(string cursor)
    {
        try
        {
            if (cursor.Length > 1 && cursor[0] == Letter)
            {
                return Encoding.UTF8.GetString(Convert.FromHexString(cursor.AsSpan(1)));
            }
        }
        catch (FormatException)
        {
            // Not hexadecimal.
        }

        throw new ToolException("--cursor is not one that this command has printed; one of a list with --with-settings needs --with-settings.");
    }
}
