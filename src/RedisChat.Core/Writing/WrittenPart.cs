namespace RedisChat;

/// <summary>A part of a message that is being written, as a store receives it.</summary>
public sealed record WrittenPart
{
    /// <summary>The name under which the writer began the message.</summary>
    public required string Writer { get; init; }

    /// <summary>Where the part begins: how many bytes of UTF-8 of the message's text precede it.</summary>
    public required long Offset { get; init; }

    /// <summary>The text of the part. Empty to renew the lease only.</summary>
    public required string Text { get; init; }

    /// <summary>How long the message stays in progress from now on without a further part.</summary>
    public required TimeSpan Lease { get; init; }

    /// <summary>Who writes: the message's author, whose right to send is checked in the same step, or the application.</summary>
    public Actor By { get; init; } = Actor.Application;
}
