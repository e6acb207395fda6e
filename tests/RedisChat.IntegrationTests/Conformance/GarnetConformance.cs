using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance;

/// <summary>Opens sealing stores on the embedded Garnet.</summary>
internal sealed class GarnetStores(SharedGarnet garnet) : SealingStores
{
    protected override string Configuration => garnet.Configuration;
}

public sealed class GarnetAppendTests(SharedGarnet garnet) : AppendTests(new GarnetStores(garnet));

public sealed class GarnetIdempotencyTests(SharedGarnet garnet) : IdempotencyTests(new GarnetStores(garnet));

public sealed class GarnetReadTests(SharedGarnet garnet) : ReadTests(new GarnetStores(garnet));

public sealed class GarnetChangeTests(SharedGarnet garnet) : ChangeTests(new GarnetStores(garnet));

public sealed class GarnetLongHistoryTests(SharedGarnet garnet) : LongHistoryTests(new GarnetStores(garnet));

public sealed class GarnetWatchTests(SharedGarnet garnet) : WatchTests(new GarnetStores(garnet));

public sealed class GarnetReactionTests(SharedGarnet garnet) : ReactionTests(new GarnetStores(garnet));

public sealed class GarnetMemberTests(SharedGarnet garnet) : MemberTests(new GarnetStores(garnet));

public sealed class GarnetGuardTests(SharedGarnet garnet) : GuardTests(new GarnetStores(garnet));

public sealed class GarnetWatchManyTests(SharedGarnet garnet) : WatchManyTests(new GarnetStores(garnet));

public sealed class GarnetFilterTests(SharedGarnet garnet) : FilterTests(new GarnetStores(garnet));

public sealed class GarnetRoomSettingsTests(SharedGarnet garnet) : RoomSettingsTests(new GarnetStores(garnet));

public sealed class GarnetRoomCreationTests(SharedGarnet garnet) : RoomCreationTests(new GarnetStores(garnet));

public sealed class GarnetDirectRoomTests(SharedGarnet garnet) : DirectRoomTests(new GarnetStores(garnet));

public sealed class GarnetRoomDeletionTests(SharedGarnet garnet) : RoomDeletionTests(new GarnetStores(garnet));

public sealed class GarnetDirectoryTests(SharedGarnet garnet) : DirectoryTests(new GarnetStores(garnet));

public sealed class GarnetPresenceTests(SharedGarnet garnet) : PresenceTests(new GarnetStores(garnet));

public sealed class GarnetInboxTests(SharedGarnet garnet) : InboxTests(new GarnetStores(garnet));

public sealed class GarnetDraftTests(SharedGarnet garnet) : DraftTests(new GarnetStores(garnet));

public sealed class GarnetRevocationTests(SharedGarnet garnet) : RevocationTests(new GarnetStores(garnet));

public sealed class GarnetPresenceGuardTests(SharedGarnet garnet) : PresenceGuardTests(new GarnetStores(garnet));

public sealed class GarnetSentMessageTests(SharedGarnet garnet) : SentMessageTests(new GarnetStores(garnet));

public sealed class GarnetReadMarkerTests(SharedGarnet garnet) : ReadMarkerTests(new GarnetStores(garnet));

public sealed class GarnetReadMarkerListTests(SharedGarnet garnet) : ReadMarkerListTests(new GarnetStores(garnet));

public sealed class GarnetReadMarkerHistoryTests(SharedGarnet garnet) : ReadMarkerHistoryTests(new GarnetStores(garnet));

public sealed class GarnetReplyTests(SharedGarnet garnet) : ReplyTests(new GarnetStores(garnet));

public sealed class GarnetTombstoneTests(SharedGarnet garnet) : TombstoneTests(new GarnetStores(garnet));

public sealed class GarnetVersionTests(SharedGarnet garnet) : VersionTests(new GarnetStores(garnet));

public sealed class GarnetScheduleTests(SharedGarnet garnet) : ScheduleTests(new GarnetStores(garnet));

public sealed class GarnetUpkeepTests(SharedGarnet garnet) : UpkeepTests(new GarnetStores(garnet));

public sealed class GarnetRetentionTests(SharedGarnet garnet) : RetentionTests(new GarnetStores(garnet));

public sealed class GarnetExpiryTests(SharedGarnet garnet) : ExpiryTests(new GarnetStores(garnet));

public sealed class GarnetConversationModelTests(SharedGarnet garnet) : ConversationModelTests(new GarnetStores(garnet));

public sealed class GarnetBulkDeletionTests(SharedGarnet garnet) : BulkDeletionTests(new GarnetStores(garnet));

public sealed class GarnetErasureTests(SharedGarnet garnet) : ErasureTests(new GarnetStores(garnet) { Probe = TimeSpan.FromMilliseconds(100) });

public sealed class GarnetPinTests(SharedGarnet garnet) : PinTests(new GarnetStores(garnet));

public sealed class GarnetMentionTests(SharedGarnet garnet) : MentionTests(new GarnetStores(garnet));

public sealed class GarnetMentionGuardTests(SharedGarnet garnet) : MentionGuardTests(new GarnetStores(garnet));

public sealed class GarnetMentionModelTests(SharedGarnet garnet) : MentionModelTests(new GarnetStores(garnet));

public sealed class GarnetThreadTests(SharedGarnet garnet) : ThreadTests(new GarnetStores(garnet));

public sealed class GarnetThreadRuleTests(SharedGarnet garnet) : ThreadRuleTests(new GarnetStores(garnet));

public sealed class GarnetThreadDeletionTests(SharedGarnet garnet) : ThreadDeletionTests(new GarnetStores(garnet));

public sealed class GarnetThreadFollowTests(SharedGarnet garnet) : ThreadFollowTests(new GarnetStores(garnet));

public sealed class GarnetWritingTests(SharedGarnet garnet) : WritingTests(new GarnetStores(garnet));

public sealed class GarnetWritingStoreTests(SharedGarnet garnet) : WritingStoreTests(new GarnetStores(garnet));

public sealed class GarnetAttachmentTests(SharedGarnet garnet) : AttachmentTests(new GarnetStores(garnet));

public sealed class GarnetAttachmentNoticeTests(SharedGarnet garnet) : AttachmentNoticeTests(new GarnetStores(garnet));

public sealed class GarnetLinkPreviewTests(SharedGarnet garnet) : LinkPreviewTests(new GarnetStores(garnet));

public sealed class GarnetModelTests(SharedGarnet garnet) : ModelTests(new GarnetStores(garnet));

public sealed class GarnetWatchModelTests(SharedGarnet garnet) : WatchModelTests(new GarnetStores(garnet));

public sealed class GarnetInboxModelTests(SharedGarnet garnet) : InboxModelTests(new GarnetStores(garnet));
