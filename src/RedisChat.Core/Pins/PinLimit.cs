namespace RedisChat;

/// <summary>The error for a room that already has all the pins it may have, worded once for all stores.</summary>
internal static class PinLimit
{
    public static ChatLimitException Error(Exception? inner = null) =>
        new($"The room has {ChatLimits.MaxPins} pinned messages, which is all it may have. Nothing was changed. Unpin one first.", inner);
}
