namespace RedisChat.Redis;

/// <summary>What features add to the paths that they share: the one place where each is registered.</summary>
internal sealed class StoreFeatures
{
    /// <summary>What is done when a message is deleted.</summary>
    public IReadOnlyList<IDeletionEffect> DeletionEffects { get; } = [];

    /// <summary>What is reported to a reader that catches up.</summary>
    public IReadOnlyList<IChangedSubjects> ChangedSubjects { get; } = [new ChangedMessages()];
}
