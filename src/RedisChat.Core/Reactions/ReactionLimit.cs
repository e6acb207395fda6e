namespace RedisChat;

/// <summary>The one wording for a message that has as many kinds of reactions as it may have.</summary>
internal static class ReactionLimit
{
    public static ChatLimitException Error(int maxKinds, Exception? inner = null) =>
        new($"The message has {maxKinds} kinds of reactions, which is all it may have ({nameof(ReactionOptions)}.{nameof(ReactionOptions.MaxKinds)}). "
            + "Nothing was changed. Choose one of the kinds it has.", inner);
}
