using RedisChat.Conformance;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Conformance;

/// <summary>Opens Redis stores on a cluster. Each has its own connection, and no more rights than docs/operations.md gives it.</summary>
internal sealed class ClusterStores(SharedCluster cluster) : StoreFactory
{
    // The access rights allow it, and no two tests share a chat: a directory lists all rooms, and an erasure searches all of them.
    private readonly RedisStoreOptions _options = new() { KeyPrefix = $"chatroom:{Guid.NewGuid():n}" };

    /// <summary>How often lost events are looked for: an erasure takes several times as long.</summary>
    public TimeSpan Probe { init => _options.LiveProbeInterval = value; }

    public override IMessageStore Open() => new RedisMessageStore(ConfigurationOptions.Parse(StoreFactories.Patient(cluster.Configuration)), _options);
}

public sealed class ClusterAppendTests(SharedCluster cluster) : AppendTests(new ClusterStores(cluster));

public sealed class ClusterIdempotencyTests(SharedCluster cluster) : IdempotencyTests(new ClusterStores(cluster));

public sealed class ClusterReadTests(SharedCluster cluster) : ReadTests(new ClusterStores(cluster));

public sealed class ClusterChangeTests(SharedCluster cluster) : ChangeTests(new ClusterStores(cluster));

public sealed class ClusterLongHistoryTests(SharedCluster cluster) : LongHistoryTests(new ClusterStores(cluster));

public sealed class ClusterWatchTests(SharedCluster cluster) : WatchTests(new ClusterStores(cluster));

public sealed class ClusterReactionTests(SharedCluster cluster) : ReactionTests(new ClusterStores(cluster));

public sealed class ClusterMemberTests(SharedCluster cluster) : MemberTests(new ClusterStores(cluster));

public sealed class ClusterGuardTests(SharedCluster cluster) : GuardTests(new ClusterStores(cluster));

public sealed class ClusterWatchManyTests(SharedCluster cluster) : WatchManyTests(new ClusterStores(cluster));

public sealed class ClusterFilterTests(SharedCluster cluster) : FilterTests(new ClusterStores(cluster));

public sealed class ClusterRoomSettingsTests(SharedCluster cluster) : RoomSettingsTests(new ClusterStores(cluster));

public sealed class ClusterRoomCreationTests(SharedCluster cluster) : RoomCreationTests(new ClusterStores(cluster));

public sealed class ClusterDirectRoomTests(SharedCluster cluster) : DirectRoomTests(new ClusterStores(cluster));

public sealed class ClusterRoomDeletionTests(SharedCluster cluster) : RoomDeletionTests(new ClusterStores(cluster));

public sealed class ClusterDirectoryTests(SharedCluster cluster) : DirectoryTests(new ClusterStores(cluster));

public sealed class ClusterPresenceTests(SharedCluster cluster) : PresenceTests(new ClusterStores(cluster));

public sealed class ClusterInboxTests(SharedCluster cluster) : InboxTests(new ClusterStores(cluster));

public sealed class ClusterDraftTests(SharedCluster cluster) : DraftTests(new ClusterStores(cluster));

public sealed class ClusterRevocationTests(SharedCluster cluster) : RevocationTests(new ClusterStores(cluster));

public sealed class ClusterPresenceGuardTests(SharedCluster cluster) : PresenceGuardTests(new ClusterStores(cluster));

public sealed class ClusterSentMessageTests(SharedCluster cluster) : SentMessageTests(new ClusterStores(cluster));

public sealed class ClusterReadMarkerTests(SharedCluster cluster) : ReadMarkerTests(new ClusterStores(cluster));

public sealed class ClusterReadMarkerListTests(SharedCluster cluster) : ReadMarkerListTests(new ClusterStores(cluster));

public sealed class ClusterReadMarkerHistoryTests(SharedCluster cluster) : ReadMarkerHistoryTests(new ClusterStores(cluster));

public sealed class ClusterReplyTests(SharedCluster cluster) : ReplyTests(new ClusterStores(cluster));

public sealed class ClusterTombstoneTests(SharedCluster cluster) : TombstoneTests(new ClusterStores(cluster));

public sealed class ClusterVersionTests(SharedCluster cluster) : VersionTests(new ClusterStores(cluster));

public sealed class ClusterScheduleTests(SharedCluster cluster) : ScheduleTests(new ClusterStores(cluster));

public sealed class ClusterUpkeepTests(SharedCluster cluster) : UpkeepTests(new ClusterStores(cluster));

public sealed class ClusterRetentionTests(SharedCluster cluster) : RetentionTests(new ClusterStores(cluster));

public sealed class ClusterExpiryTests(SharedCluster cluster) : ExpiryTests(new ClusterStores(cluster));

public sealed class ClusterBulkDeletionTests(SharedCluster cluster) : BulkDeletionTests(new ClusterStores(cluster));

public sealed class ClusterErasureTests(SharedCluster cluster) : ErasureTests(new ClusterStores(cluster) { Probe = TimeSpan.FromMilliseconds(100) });

public sealed class ClusterPinTests(SharedCluster cluster) : PinTests(new ClusterStores(cluster));

public sealed class ClusterMentionTests(SharedCluster cluster) : MentionTests(new ClusterStores(cluster));

public sealed class ClusterMentionGuardTests(SharedCluster cluster) : MentionGuardTests(new ClusterStores(cluster));

public sealed class ClusterThreadTests(SharedCluster cluster) : ThreadTests(new ClusterStores(cluster));

public sealed class ClusterThreadRuleTests(SharedCluster cluster) : ThreadRuleTests(new ClusterStores(cluster));

public sealed class ClusterThreadDeletionTests(SharedCluster cluster) : ThreadDeletionTests(new ClusterStores(cluster));

public sealed class ClusterThreadFollowTests(SharedCluster cluster) : ThreadFollowTests(new ClusterStores(cluster));

public sealed class ClusterWritingTests(SharedCluster cluster) : WritingTests(new ClusterStores(cluster));

public sealed class ClusterWritingStoreTests(SharedCluster cluster) : WritingStoreTests(new ClusterStores(cluster));

public sealed class ClusterAttachmentTests(SharedCluster cluster) : AttachmentTests(new ClusterStores(cluster));

public sealed class ClusterAttachmentNoticeTests(SharedCluster cluster) : AttachmentNoticeTests(new ClusterStores(cluster));

public sealed class ClusterLinkPreviewTests(SharedCluster cluster) : LinkPreviewTests(new ClusterStores(cluster));

#if NET10_0_OR_GREATER
public sealed class ClusterConversationModelTests(SharedCluster cluster) : ConversationModelTests(new ClusterStores(cluster));

public sealed class ClusterMentionModelTests(SharedCluster cluster) : MentionModelTests(new ClusterStores(cluster));

public sealed class ClusterModelTests(SharedCluster cluster) : ModelTests(new ClusterStores(cluster));

public sealed class ClusterWatchModelTests(SharedCluster cluster) : WatchModelTests(new ClusterStores(cluster));

public sealed class ClusterInboxModelTests(SharedCluster cluster) : InboxModelTests(new ClusterStores(cluster));
#endif
