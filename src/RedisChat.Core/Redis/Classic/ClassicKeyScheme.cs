using System.Globalization;
using RedisChat.Redis;

namespace RedisChat;

/// <summary>
/// Names the keys of the classic layout: <c>chatroom:&lt;room&gt;:messages</c>, <c>chatroom:&lt;room&gt;</c>,
/// <c>chatroom:&lt;room&gt;:&lt;user&gt;</c> and <c>chatroom:&lt;room&gt;:&lt;id&gt;</c>.
/// </summary>
/// <remarks>
/// Nothing is escaped, so ids that would produce the key of something else are rejected: a user named like a number or <c>messages</c>, a room
/// with a colon or that begins with <c>{</c>. The keys of a room are in different slots, so this layout does not work on a Redis Cluster.
/// </remarks>
public sealed class ClassicKeyScheme
{
    private readonly string _prefix;

    /// <summary>Creates a scheme.</summary>
    /// <param name="prefix">The beginning of every key: 1 to 64 of the characters A–Z a–z 0–9 <c>. _ - : /</c>.</param>
    /// <exception cref="ArgumentException">The prefix has other characters or another length.</exception>
    public ClassicKeyScheme(string prefix = HashTagKeyScheme.DefaultPrefix)
    {
        if (KeyPrefix.Problem(prefix) is { } problem)
        {
            throw new ArgumentException(problem, nameof(prefix));
        }

        _prefix = prefix;
    }

    /// <summary>The hash of the room: maps each user to the id of the last message they sent.</summary>
    /// <param name="room">The room's id.</param>
    /// <exception cref="ChatInputException">The id has a colon or begins with <c>{</c>, so it would produce other keys.</exception>
    public string Room(string room)
    {
        ArgumentNullException.ThrowIfNull(room);
        return room.Contains(':', StringComparison.Ordinal) || room.StartsWith('{')
            ? throw new ChatInputException(
                "In the classic layout a room's id must not contain a colon, which separates the parts of a key, nor begin with '{', which begins the default layout's keys.",
                nameof(room))
            : $"{_prefix}:{room}";
    }

    /// <summary>The counter that assigns message ids.</summary>
    /// <param name="room">The room's id.</param>
    public string Counter(string room) => $"{Room(room)}:messages";

    /// <summary>The hash of one message: <c>content</c> and <c>timestamp</c>.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id.</param>
    public string Message(string room, long id) => string.Create(CultureInfo.InvariantCulture, $"{Room(room)}:{id}");

    /// <summary>The hash of one user's messages: maps ids to texts.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="user">The user's id.</param>
    /// <exception cref="ChatInputException">The id is a number or <c>messages</c>, so it would produce the key of something else.</exception>
    public string User(string room, string user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return IsTaken(user)
            ? throw new ChatInputException(
                "In the classic layout a user's id must not be a number, which would be a message's key, nor 'messages', which is the counter's.", nameof(user))
            : $"{Room(room)}:{user}";
    }

    /// <summary>The pattern for <c>SCAN</c> that matches the counters of all rooms.</summary>
    internal string Counters => KeyNames.Literal(_prefix) + ":*:messages";

    /// <summary>The hash of a user's messages, also of one whose id is a number. The fields of another program's message may be in it, too.</summary>
    internal string HashOf(string room, string user) => $"{Room(room)}:{user}";

    /// <summary>The room whose counter a key is; <see langword="null"/> if it has another form.</summary>
    internal string? RoomOf(string counter) =>
        counter.StartsWith(_prefix + ":", StringComparison.Ordinal) && counter.EndsWith(":messages", StringComparison.Ordinal) && counter.Length > _prefix.Length + ":messages".Length
            ? counter[(_prefix.Length + 1)..^":messages".Length] : null;

    /// <summary>Whether a user's id would produce the key of something else.</summary>
    internal static bool IsTaken(string user) => user == "messages" || user.All(char.IsAsciiDigit);
}
