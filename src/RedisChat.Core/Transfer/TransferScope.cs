using System.Globalization;

namespace RedisChat;

/// <summary>What an export lists: a room, a thread, or what belongs to a user.</summary>
/// <param name="Id">The id as stores know it: see <see cref="ThreadId.RoomId"/> and <see cref="UserScope"/>.</param>
internal readonly record struct TransferScope(string Id)
{
    /// <summary>The user, if it is a user's.</summary>
    public string? User => UserScope.TryGetUser(Id, out var user) ? user : null;

    /// <summary>The room, or the room that the thread belongs to.</summary>
    public string Root => ThreadId.RuledBy(Id);

    /// <summary>The message of the thread; 0 if it is not a thread.</summary>
    public long Thread => ThreadId.TrySplit(Id, out _, out var message) ? message : 0;

    public bool IsUser => User is not null;

    public bool IsThread => Thread > 0;

    /// <summary>The scope that a line names.</summary>
    /// <param name="isUser">Whether the line is that of a user.</param>
    /// <param name="key">The room or the user.</param>
    /// <param name="thread">The message of the thread; 0 if there is none.</param>
    public static TransferScope Of(bool isUser, string key, long thread) => new(
        isUser ? UserScope.Of(key) : thread > 0 ? string.Create(CultureInfo.InvariantCulture, $"{key}\u001f{thread}") : key);

    /// <summary>The name for people.</summary>
    public override string ToString() => User is { } user ? (user.Length > 0 ? $"user {user}" : "all users") : ThreadId.NameOf(Id) is { } name && IsThread ? name : $"room {Id}";
}
