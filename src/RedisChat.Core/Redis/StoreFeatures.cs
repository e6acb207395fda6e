namespace RedisChat.Redis;

/// <summary>The store's features, and what each adds to the shared paths: the one place where a feature is registered.</summary>
internal sealed class StoreFeatures : IAsyncDisposable
{
    /// <summary>Creates the features of a store.</summary>
    /// <param name="context">What the store shares.</param>
    /// <param name="changer">Runs changes.</param>
    /// <param name="sends">The store's sends, which are created after the features.</param>
    public StoreFeatures(RedisStoreContext context, RoomChanger changer, Func<RedisSends> sends)
    {
        Archiving = new RedisArchiving(context);
        var presence = new RedisPresence(context);
        var users = new RedisUserRooms(context, changer);
        var members = new RedisMembers(context, changer, users);
        var (release, handover) = (new AttachmentRelease(context), new AttachmentHandover(context, context.Upkeep));
        UpkeepCalls = (release, context.Upkeep);
        var directory = new RedisDirectory(context, changer, members, users, deleted: [users, new ThreadErasure(context, changer, [users, handover])], kept: handover);
        DeletionEffects =
        [
            new ReactionRemoval(context.Keys), new PinRemoval(context.Keys), new VersionRemoval(context.Keys), new MentionRemoval(context.Keys), new ThreadClosing(context.Keys),
            new WritingRemoval(context.Keys), new ExpiryRemoval(context.Keys), release,
        ];
        EditEffects = [new VersionKeeping(context.Keys), new MentionEdits(context.Keys), release];
        ReplyDeletions = new ReplyDeletions(context);
        var steps = new DeletionSteps(context, DeletionEffects, $"{MentionIndex.Letter}{AttachmentKeys.Letter}", UpkeepCalls);
        var messages = new MessageFinder(context);
        var writing = new RedisWriting(context, changer, messages, sends);
        var unfinished = new UnfinishedMessages(context, writing, messages);
        var parts = new WritingEvents(unfinished.ReadSoFarAsync, context.Logger);
        Unfinished = unfinished;
        var bulk = new RedisBulkDeletions(context, changer, steps, ReplyDeletions);
        Abilities =
        [
            new RedisReactions(context, changer), members, presence, new RedisReadMarkers(context), users, directory, new RedisPins(context, changer),
            bulk, new RedisDrafts(context, changer), new RedisThreads(context),
            new RedisVersions(context), new RedisSchedule(context, sends), new RedisMentions(context), writing, unfinished,
            context.Upkeep, new RedisExpiry(context), new RedisRetention(context, changer, steps),
            new RedisPreviews(context, changer, messages), new RedisAttachments(context), new RedisErasure(context, new RoomErasure(context, changer, bulk, Archiving)),
            new RedisTransfer(context, users), Archiving,
        ];
        Activity = directory.Keeper;
        LiveKinds =
        [
            new ReactionEvents(), new MemberEvents(), new RuleEvents(), new AboutEvents(), new DeletionEvents(), new RoomListedEvents(), new RevokedEvents(),
            new DraftEvents(), new PinEvents(), new RunEvents(), new ThreadEvents(), parts, new TrimEvents(), new PreviewEvents(), new ErasureEvents(),
        ];
        PassingKinds = [new PresenceEvents(context.Time), new ReadMarkerEvents(), parts];
        PageFeatures = [new PagedReactions(context.Keys), new PagedRights(context.Keys, context.Time), new PagedThreads(context.Keys)];
        ChangedSubjects =
        [
            new ChangedMessages(), new ChangedReactions(context.Keys), new ChangedMembers(context.Keys), new ChangedAbout(context.Keys), new ChangedRules(context.Keys),
            new ChangedUser(RedisUserRooms.ListKind, static (room, position) => new RoomEvent.RoomListed(room, position)),
            new ChangedUser(RedisUserRooms.RevocationKind, static (user, position) => new RoomEvent.Revoked(user, position)),
            new ChangedUser(RedisDrafts.Kind, static (room, position) => new RoomEvent.DraftChanged(room, position)),
            new ChangedPins(context.Keys), new ChangedRuns(), new ChangedThreads(context.Keys), new ChangedTrims(), new ChangedErasures(),
            new ChangedMessageState(WritingKeys.Letter, static (message, at) => new RoomEvent.WritingEnded(message, at)),
            new ChangedMessageState(PreviewEvents.Kind, static (message, at) => new RoomEvent.PreviewsChanged(message.Id, message.Previews, at) { Revision = message.PreviewsRevision }),
        ];
        Probed = [presence, unfinished];
    }

    /// <summary>The objects that an application gets when it requests a feature's interface: see <see cref="IMessageStore.GetAbility"/>.</summary>
    public IReadOnlyList<object> Abilities { get; }

    /// <summary>Moves old messages to the archive.</summary>
    public RedisArchiving Archiving { get; }

    /// <summary>The effects of deleting a message.</summary>
    public IReadOnlyList<IDeletionEffect> DeletionEffects { get; }

    /// <summary>The effects of editing a message.</summary>
    public IReadOnlyList<IEditEffect> EditEffects { get; }

    /// <summary>Says for which changes of messages the room must be added to those that need upkeep, and adds it.</summary>
    public (IUpkeepCause Cause, UpkeepIndex Index) UpkeepCalls { get; }

    /// <summary>What deletions must know of threads.</summary>
    public IReplyDeletions ReplyDeletions { get; }

    /// <summary>The kinds of live events.</summary>
    public ILiveKind[] LiveKinds { get; }

    /// <summary>The kinds of passing events.</summary>
    public IReadOnlyList<IPassingKind> PassingKinds { get; }

    /// <summary>Is notified of sends to rooms of the directory.</summary>
    public DirectoryKeeper Activity { get; }

    /// <summary>The checks of watched rooms.</summary>
    public IReadOnlyList<IProbedFeature> Probed { get; }

    /// <summary>Completes messages in progress for readers.</summary>
    public IUnfinishedMessages Unfinished { get; }

    /// <summary>The additions to pages.</summary>
    public IReadOnlyList<IPageFeature> PageFeatures { get; }

    /// <summary>The changes that are reported to a reader that catches up.</summary>
    public IReadOnlyList<IChangedSubjects> ChangedSubjects { get; }

    /// <summary>Ends the features' work in the background, while there is still a connection.</summary>
    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(Abilities.OfType<IAsyncDisposable>().Select(ability => ability.DisposeAsync().AsTask())).ConfigureAwait(false);
}
