using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance;

/// <summary>Opens sealing stores on a real server.</summary>
internal sealed class SealedStores(TestServer server) : SealingStores
{
    protected override string Configuration
    {
        get
        {
            server.NeedRedis("This is the conformance suite with sealed history on a real server; on Garnet the suite's classes seal too.");
            return server.Configuration!;
        }
    }
}

public sealed class SealedAppendTests(TestServer server) : AppendTests(new SealedStores(server));

public sealed class SealedIdempotencyTests(TestServer server) : IdempotencyTests(new SealedStores(server));

public sealed class SealedReadTests(TestServer server) : ReadTests(new SealedStores(server));

public sealed class SealedChangeTests(TestServer server) : ChangeTests(new SealedStores(server));

public sealed class SealedLongHistoryTests(TestServer server) : LongHistoryTests(new SealedStores(server));

public sealed class SealedWatchTests(TestServer server) : WatchTests(new SealedStores(server));

public sealed class SealedReactionTests(TestServer server) : ReactionTests(new SealedStores(server));

public sealed class SealedMemberTests(TestServer server) : MemberTests(new SealedStores(server));

public sealed class SealedGuardTests(TestServer server) : GuardTests(new SealedStores(server));

public sealed class SealedWatchManyTests(TestServer server) : WatchManyTests(new SealedStores(server));

public sealed class SealedFilterTests(TestServer server) : FilterTests(new SealedStores(server));

public sealed class SealedRoomSettingsTests(TestServer server) : RoomSettingsTests(new SealedStores(server));

public sealed class SealedRoomCreationTests(TestServer server) : RoomCreationTests(new SealedStores(server));

public sealed class SealedDirectRoomTests(TestServer server) : DirectRoomTests(new SealedStores(server));

public sealed class SealedRoomDeletionTests(TestServer server) : RoomDeletionTests(new SealedStores(server));

public sealed class SealedDirectoryTests(TestServer server) : DirectoryTests(new SealedStores(server));

public sealed class SealedPresenceTests(TestServer server) : PresenceTests(new SealedStores(server));

public sealed class SealedInboxTests(TestServer server) : InboxTests(new SealedStores(server));

public sealed class SealedDraftTests(TestServer server) : DraftTests(new SealedStores(server));

public sealed class SealedRevocationTests(TestServer server) : RevocationTests(new SealedStores(server));

public sealed class SealedPresenceGuardTests(TestServer server) : PresenceGuardTests(new SealedStores(server));

public sealed class SealedSentMessageTests(TestServer server) : SentMessageTests(new SealedStores(server));

public sealed class SealedReadMarkerTests(TestServer server) : ReadMarkerTests(new SealedStores(server));

public sealed class SealedReadMarkerListTests(TestServer server) : ReadMarkerListTests(new SealedStores(server));

public sealed class SealedReadMarkerHistoryTests(TestServer server) : ReadMarkerHistoryTests(new SealedStores(server));

public sealed class SealedReplyTests(TestServer server) : ReplyTests(new SealedStores(server));

public sealed class SealedTombstoneTests(TestServer server) : TombstoneTests(new SealedStores(server));

public sealed class SealedVersionTests(TestServer server) : VersionTests(new SealedStores(server));

public sealed class SealedScheduleTests(TestServer server) : ScheduleTests(new SealedStores(server));

public sealed class SealedUpkeepTests(TestServer server) : UpkeepTests(new SealedStores(server));

public sealed class SealedRetentionTests(TestServer server) : RetentionTests(new SealedStores(server));

public sealed class SealedExpiryTests(TestServer server) : ExpiryTests(new SealedStores(server));

public sealed class SealedBulkDeletionTests(TestServer server) : BulkDeletionTests(new SealedStores(server));

public sealed class SealedErasureTests(TestServer server) : ErasureTests(new SealedStores(server) { Probe = TimeSpan.FromMilliseconds(100) });

public sealed class SealedPinTests(TestServer server) : PinTests(new SealedStores(server));

public sealed class SealedMentionTests(TestServer server) : MentionTests(new SealedStores(server));

public sealed class SealedMentionGuardTests(TestServer server) : MentionGuardTests(new SealedStores(server));

public sealed class SealedThreadTests(TestServer server) : ThreadTests(new SealedStores(server));

public sealed class SealedThreadRuleTests(TestServer server) : ThreadRuleTests(new SealedStores(server));

public sealed class SealedThreadDeletionTests(TestServer server) : ThreadDeletionTests(new SealedStores(server));

public sealed class SealedThreadFollowTests(TestServer server) : ThreadFollowTests(new SealedStores(server));

public sealed class SealedWritingTests(TestServer server) : WritingTests(new SealedStores(server));

public sealed class SealedWritingStoreTests(TestServer server) : WritingStoreTests(new SealedStores(server));

public sealed class SealedAttachmentTests(TestServer server) : AttachmentTests(new SealedStores(server));

public sealed class SealedAttachmentNoticeTests(TestServer server) : AttachmentNoticeTests(new SealedStores(server));

public sealed class SealedLinkPreviewTests(TestServer server) : LinkPreviewTests(new SealedStores(server));

#if NET10_0_OR_GREATER
public sealed class SealedConversationModelTests(TestServer server) : ConversationModelTests(new SealedStores(server));

public sealed class SealedMentionModelTests(TestServer server) : MentionModelTests(new SealedStores(server));

public sealed class SealedModelTests(TestServer server) : ModelTests(new SealedStores(server));

public sealed class SealedWatchModelTests(TestServer server) : WatchModelTests(new SealedStores(server));

public sealed class SealedInboxModelTests(TestServer server) : InboxModelTests(new SealedStores(server));
#endif
