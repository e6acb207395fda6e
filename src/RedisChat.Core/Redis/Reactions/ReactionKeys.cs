using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Where reactions are stored: one hash per bucket of messages. Field <c>id</c> holds the <see cref="ReactionTally"/> of a message, field <c>id:user</c>
/// that of one user.
/// </summary>
internal static class ReactionKeys
{
    /// <summary>The feature's letter: in the room's field <c>uses</c>, in the change log, in live events, and in the name of its keys.</summary>
    public const char Letter = 'r';

    public static string Hash(KeyNames keys, string room, long messageId) => keys.Feature(room, Letter, Buckets.Of(messageId));

    public static RedisValue OfMessage(long id) => id;

    public static RedisValue OfUser(long id, string user) => $"{id}:{user}";
}
