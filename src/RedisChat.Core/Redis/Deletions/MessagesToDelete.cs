using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Messages of a room that are to be deleted in one step, as they were read.</summary>
/// <param name="Messages">The messages, by ascending id.</param>
/// <param name="SealedBuckets">The contents of those of their buckets that are sealed, by number.</param>
/// <param name="Digests">In a room that uses what edits change, the digests of the messages that are not sealed; otherwise <see langword="null"/>.</param>
internal sealed record MessagesToDelete(
    IReadOnlyList<Message> Messages, IReadOnlyDictionary<long, RedisValue> SealedBuckets, IReadOnlyDictionary<long, string>? Digests);
