namespace RedisChat;

/// <summary>The error for a message that already has all the kinds of reactions it may have, worded once for all stores.</summary>
internal static class ReactionLimit
{
    public static ChatLimitException Error(int maxKinds, Exception? inner = null) =>
        new($"The message has {maxKinds} kinds of reactions, which is all it may have ({nameof(ReactionOptions)}.{nameof(ReactionOptions.MaxKinds)}). "
            + "Nothing was changed. Choose one of the kinds it already has.", inner);
}
