namespace RedisChat;

/// <summary>A bucket in an <see cref="IRoomArchive"/>: the messages of 128 consecutive ids. Immutable.</summary>
/// <param name="Number">The number of the bucket: the ids divided by 128.</param>
/// <param name="Version">The server's time at which the content was read in Redis, or the room's revision if that is greater, in µs. Later content has a greater version.</param>
public sealed record ArchivedBucket(long Number, long Version)
{
    /// <summary>
    /// The messages, compressed: a field of the sealed buckets, as docs/keys.md describes it. Empty if there is nothing to read in the archive, because all messages were deleted, or stay in Redis. The archive
    /// then drops the content that it had, and keeps the version.
    /// </summary>
    public ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>The ids of the users who sent the messages, each once.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];
}
