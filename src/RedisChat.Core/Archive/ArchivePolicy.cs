namespace RedisChat;

/// <summary>How much of a room's history stays in Redis when there is an archive: <see cref="ChatOptions.Archive"/>. Immutable.</summary>
/// <remarks>
/// <see cref="Chat.RunUpkeepAsync"/> moves whole runs of 128 ids, oldest first, as soon as one of the limits allows it for all of them. The newest 129 to 256 ids always stay. Threads stay in Redis, and so do reactions,
/// earlier versions, pins, and the index of mentions.
/// </remarks>
public sealed record ArchivePolicy
{
    /// <summary>Messages that are older than this are moved. From <see cref="ChatLimits.MinMessageLife"/> to <see cref="ChatLimits.MaxMessageLife"/>; <see langword="null"/> to move none because of their age.</summary>
    public TimeSpan? KeepFor { get; init; }

    /// <summary>The number of ids, counted from the newest, that stay; at least 1. <see langword="null"/> to move none because of their number.</summary>
    public long? KeepMessages { get; init; }

    /// <summary>What is wrong with it; <see langword="null"/> if nothing is.</summary>
    internal string? Problem() =>
        KeepFor is { } age && (age < ChatLimits.MinMessageLife || age > ChatLimits.MaxMessageLife)
            ? $"{nameof(KeepFor)} is {age}; it must be from {ChatLimits.MinMessageLife} to {ChatLimits.MaxMessageLife}."
        : KeepMessages is < 1 or > ChatLimits.MaxMessageId ? $"{nameof(KeepMessages)} is {KeepMessages}; it must be from 1 to {ChatLimits.MaxMessageId}."
        : null;
}
