namespace RedisChat;

/// <summary>The error for a reused idempotency key, worded once for all stores.</summary>
internal static class IdempotencyConflict
{
    public static ChatIdempotencyConflictException Error(Exception? inner = null) =>
        new("The same user has used this idempotency key in this room for another message. "
            + "Nothing was sent. Use a new key for a new message, and the same text and metadata when repeating one.", inner);
}
