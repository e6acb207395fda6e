namespace RedisChat;

/// <summary>Messages that mention a user: see <see cref="RoomMentions.ListAsync"/>.</summary>
public sealed record MentionPage
{
    /// <summary>The messages, newest first.</summary>
    public required IReadOnlyList<Message> Messages { get; init; }

    /// <summary>Where the next call continues: its <c>before</c>. <see langword="null"/> if there are no older mentions.</summary>
    public long? Before { get; init; }
}
