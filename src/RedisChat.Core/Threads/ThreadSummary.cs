namespace RedisChat;

/// <summary>What a room says of the thread of one of its messages: see <see cref="ChatRoom.Thread"/>. It is written in the same step as each reply, and as each deletion of one, so it is exact.</summary>
public sealed record ThreadSummary
{
    /// <summary>The number of replies: messages of the thread that have not been deleted. 0 if all of them were.</summary>
    public required long Count { get; init; }

    /// <summary>The id of the last reply, in the thread; 0 if there is none.</summary>
    public long LastReplyId { get; init; }

    /// <summary>When the last reply was sent, by the store's clock (Redis: µs), UTC; <see langword="null"/> if there is none.</summary>
    public DateTimeOffset? LastReplyAt { get; init; }

    /// <summary>The users who replied last, each once: the author of the last reply first, and at most <see cref="ChatLimits.MaxThreadParticipants"/>.</summary>
    public IReadOnlyList<string> Participants
    {
        get;
        init => field = value ?? []; // A source-generated JSON reader sets a missing property to null.
    } = [];

    /// <inheritdoc/>
    public bool Equals(ThreadSummary? other) =>
        other is not null && Count == other.Count && LastReplyId == other.LastReplyId && LastReplyAt == other.LastReplyAt && Participants.SequenceEqual(other.Participants);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Count, LastReplyId, LastReplyAt);
}
