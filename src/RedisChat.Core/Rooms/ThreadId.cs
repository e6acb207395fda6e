using System.Globalization;
using System.Runtime.InteropServices;

namespace RedisChat;

/// <summary>Names the thread of a message: see <see cref="ChatRoom.Thread"/>. A thread is a room, and <see cref="RoomId"/> is its id, for all calls that take the id of a room.</summary>
/// <remarks>
/// The id of a thread is the id of its room, a separator that no room's id can contain (U+001F), and the number of the message: different threads have different ids, and no room
/// has the id of a thread. Show people <see cref="ToString"/>, which has no control character.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ThreadId
{
    private const char Separator = '\u001f';

    /// <summary>Names a thread.</summary>
    /// <param name="room">The id of the room that the message is in. It must not be a thread itself: threads have no threads.</param>
    /// <param name="messageId">The message's id.</param>
    /// <exception cref="ChatInputException">One of the ids is not valid.</exception>
    public ThreadId(string room, long messageId)
    {
        if (IsThread(room))
        {
            throw new ChatInputException("A thread has no threads of its own.", nameof(room));
        }

        ChatInput.CheckId(room);
        ChatInput.CheckMessageId(messageId);
        (Room, MessageId) = (room, messageId);
    }

    /// <summary>The id of the room that the message is in.</summary>
    public string Room { get; }

    /// <summary>The message that the thread belongs to.</summary>
    public long MessageId { get; }

    /// <summary>The id of the thread as a room. In a URL it must be percent-encoded; JSON escapes it by itself.</summary>
    public string RoomId => string.Create(CultureInfo.InvariantCulture, $"{Room}{Separator}{MessageId}");

    /// <summary>Parses the id of a room.</summary>
    /// <param name="roomId">The id: of a thread or of any other room.</param>
    /// <param name="thread">The thread, if it is one.</param>
    /// <returns>Whether it is the id of a thread.</returns>
    public static bool TryParse(string? roomId, out ThreadId thread)
    {
        thread = default;
        if (roomId is null || !TrySplit(roomId, out var room, out var messageId))
        {
            return false;
        }

        try
        {
            thread = new ThreadId(room, messageId);
            return true;
        }
        catch (ChatInputException)
        {
            return false;
        }
    }

    /// <summary>The name for people: <c>thread 17 of room lobby</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"thread {MessageId} of room {Room}");

    /// <summary>The name of a room for people: the id, or for a thread <see cref="ToString"/>.</summary>
    internal static string? NameOf(string? room) => TryParse(room, out var thread) ? thread.ToString() : room;

    /// <summary>Whether an id is that of a thread, if it is valid.</summary>
    internal static bool IsThread(string? roomId) => roomId is not null && TrySplit(roomId, out _, out _);

    /// <summary>The room whose rules hold in a room: of a thread the room that it belongs to, otherwise the room itself.</summary>
    internal static string RuledBy(string room) => TrySplit(room, out var above, out _) ? above : room;

    /// <summary>Parses an id that was checked.</summary>
    internal static bool TrySplit(string roomId, out string room, out long messageId)
    {
        var at = roomId.IndexOf(Separator, StringComparison.Ordinal);
        (room, messageId) = ("", 0);
        if (at < 0)
        {
            return false;
        }

        // The canonical form alone: two ids must not name the same thread.
        var digits = roomId.AsSpan(at + 1);
        if (digits is not [>= '1' and <= '9', ..] || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out messageId))
        {
            return false;
        }

        room = roomId[..at];
        return true;
    }
}
