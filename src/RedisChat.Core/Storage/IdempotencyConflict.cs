namespace RedisChat;

/// <summary>The one wording of the refusal of a re-used idempotency key.</summary>
internal static class IdempotencyConflict
{
    public static ChatIdempotencyConflictException Error(Exception? inner = null) =>
        new("This idempotency key was used before, by the same user in this room, for another message. "
            + "Nothing was sent. Use a new key for a new message, and the same text and metadata when repeating one.", inner);
}
