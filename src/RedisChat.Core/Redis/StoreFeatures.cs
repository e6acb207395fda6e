namespace RedisChat.Redis;

/// <summary>The features of the store, and what each adds to the paths that all share: the one place where a feature is registered.</summary>
internal sealed class StoreFeatures
{
    public StoreFeatures(RedisStoreContext context, RoomChanger changer)
    {
        Abilities = [new RedisReactions(context, changer)];
        DeletionEffects = [new ReactionRemoval(context.Keys)];
        LiveKinds = [new ReactionEvents()];
        PageFeatures = [new PagedReactions(context.Keys)];
        ChangedSubjects = [new ChangedMessages(), new ChangedReactions(context.Keys)];
    }

    /// <summary>What the store gives an application that asks for a feature's interface: see <see cref="IMessageStore.GetAbility"/>.</summary>
    public IReadOnlyList<object> Abilities { get; }

    /// <summary>What is done when a message is deleted.</summary>
    public IReadOnlyList<IDeletionEffect> DeletionEffects { get; }

    /// <summary>What is read from live events.</summary>
    public ILiveKind[] LiveKinds { get; }

    /// <summary>What is added to pages.</summary>
    public IReadOnlyList<IPageFeature> PageFeatures { get; }

    /// <summary>What is reported to a reader that catches up.</summary>
    public IReadOnlyList<IChangedSubjects> ChangedSubjects { get; }
}
