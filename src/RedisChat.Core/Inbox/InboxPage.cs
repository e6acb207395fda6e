namespace RedisChat;

/// <summary>A part of a user's inbox: see <see cref="UserInbox.ListAsync"/>.</summary>
public sealed record InboxPage
{
    /// <summary>The rooms, newest activity first.</summary>
    public required IReadOnlyList<InboxRoom> Rooms { get; init; }

    /// <summary>The ids of rooms that are left out because what is stored there cannot be read; empty if there are none. The log says why.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = [];

    /// <summary>Where the next call continues; <see langword="null"/> if this was the last page.</summary>
    public string? Cursor { get; init; }
}
