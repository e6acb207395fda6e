namespace RedisChat;

/// <summary>A part of a user's inbox: see <see cref="UserInbox.ListAsync"/>.</summary>
public sealed record InboxPage
{
    /// <summary>The rooms, newest activity first.</summary>
    public required IReadOnlyList<InboxRoom> Rooms { get; init; }

    /// <summary>Where the next call continues; <see langword="null"/> if this was the last page.</summary>
    public string? Cursor { get; init; }
}
