namespace RedisChat;

/// <summary>Messages that a search has found: see <see cref="ChatUser.Search"/>.</summary>
public sealed record SearchPage
{
    /// <summary>The hits, newest first by <see cref="Message.Timestamp"/>.</summary>
    public required IReadOnlyList<SearchHit> Hits { get; init; }

    /// <summary>Where to continue: <see cref="MessageSearch.Cursor"/>. <see langword="null"/> if there are no more hits. A page with a cursor may have fewer hits than the limit, even none: a search ends after 10,000 messages that the user may not see or that no longer match.</summary>
    public string? Cursor { get; init; }
}
