using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance;

/// <summary>Opens archiving stores on a real server.</summary>
internal sealed class ArchivedStores(TestServer server) : ArchivingStores
{
    protected override string Configuration
    {
        get
        {
            server.NeedRedis("This is the conformance suite with archived history on a real server.");
            return server.Configuration!;
        }
    }
}

public sealed class ArchivedAppendTests(TestServer server) : AppendTests(new ArchivedStores(server));

public sealed class ArchivedIdempotencyTests(TestServer server) : IdempotencyTests(new ArchivedStores(server));

public sealed class ArchivedReadTests(TestServer server) : ReadTests(new ArchivedStores(server));

public sealed class ArchivedChangeTests(TestServer server) : ChangeTests(new ArchivedStores(server));

public sealed class ArchivedLongHistoryTests(TestServer server) : LongHistoryTests(new ArchivedStores(server));

public sealed class ArchivedWatchTests(TestServer server) : WatchTests(new ArchivedStores(server));

public sealed class ArchivedReactionTests(TestServer server) : ReactionTests(new ArchivedStores(server));

public sealed class ArchivedMemberTests(TestServer server) : MemberTests(new ArchivedStores(server));

public sealed class ArchivedGuardTests(TestServer server) : GuardTests(new ArchivedStores(server));

public sealed class ArchivedWatchManyTests(TestServer server) : WatchManyTests(new ArchivedStores(server));

public sealed class ArchivedFilterTests(TestServer server) : FilterTests(new ArchivedStores(server));

public sealed class ArchivedRoomSettingsTests(TestServer server) : RoomSettingsTests(new ArchivedStores(server));

public sealed class ArchivedRoomCreationTests(TestServer server) : RoomCreationTests(new ArchivedStores(server));

public sealed class ArchivedDirectRoomTests(TestServer server) : DirectRoomTests(new ArchivedStores(server));

public sealed class ArchivedRoomDeletionTests(TestServer server) : RoomDeletionTests(new ArchivedStores(server));

public sealed class ArchivedDirectoryTests(TestServer server) : DirectoryTests(new ArchivedStores(server));

public sealed class ArchivedPresenceTests(TestServer server) : PresenceTests(new ArchivedStores(server));

public sealed class ArchivedInboxTests(TestServer server) : InboxTests(new ArchivedStores(server));

public sealed class ArchivedDraftTests(TestServer server) : DraftTests(new ArchivedStores(server));

public sealed class ArchivedRevocationTests(TestServer server) : RevocationTests(new ArchivedStores(server));

public sealed class ArchivedPresenceGuardTests(TestServer server) : PresenceGuardTests(new ArchivedStores(server));

public sealed class ArchivedSentMessageTests(TestServer server) : SentMessageTests(new ArchivedStores(server));

public sealed class ArchivedReadMarkerTests(TestServer server) : ReadMarkerTests(new ArchivedStores(server));

public sealed class ArchivedReadMarkerListTests(TestServer server) : ReadMarkerListTests(new ArchivedStores(server));

public sealed class ArchivedReadMarkerHistoryTests(TestServer server) : ReadMarkerHistoryTests(new ArchivedStores(server));

public sealed class ArchivedReplyTests(TestServer server) : ReplyTests(new ArchivedStores(server));

public sealed class ArchivedTombstoneTests(TestServer server) : TombstoneTests(new ArchivedStores(server));

public sealed class ArchivedVersionTests(TestServer server) : VersionTests(new ArchivedStores(server));

public sealed class ArchivedScheduleTests(TestServer server) : ScheduleTests(new ArchivedStores(server));

public sealed class ArchivedUpkeepTests(TestServer server) : UpkeepTests(new ArchivedStores(server));

public sealed class ArchivedRetentionTests(TestServer server) : RetentionTests(new ArchivedStores(server));

public sealed class ArchivedExpiryTests(TestServer server) : ExpiryTests(new ArchivedStores(server));

public sealed class ArchivedBulkDeletionTests(TestServer server) : BulkDeletionTests(new ArchivedStores(server));

public sealed class ArchivedErasureTests(TestServer server) : ErasureTests(new ArchivedStores(server) { Probe = TimeSpan.FromMilliseconds(100) });

public sealed class ArchivedPinTests(TestServer server) : PinTests(new ArchivedStores(server));

public sealed class ArchivedMentionTests(TestServer server) : MentionTests(new ArchivedStores(server));

public sealed class ArchivedMentionGuardTests(TestServer server) : MentionGuardTests(new ArchivedStores(server));

public sealed class ArchivedThreadTests(TestServer server) : ThreadTests(new ArchivedStores(server));

public sealed class ArchivedThreadRuleTests(TestServer server) : ThreadRuleTests(new ArchivedStores(server));

public sealed class ArchivedThreadDeletionTests(TestServer server) : ThreadDeletionTests(new ArchivedStores(server));

public sealed class ArchivedThreadFollowTests(TestServer server) : ThreadFollowTests(new ArchivedStores(server));

public sealed class ArchivedWritingTests(TestServer server) : WritingTests(new ArchivedStores(server));

public sealed class ArchivedWritingStoreTests(TestServer server) : WritingStoreTests(new ArchivedStores(server));

public sealed class ArchivedAttachmentTests(TestServer server) : AttachmentTests(new ArchivedStores(server));

public sealed class ArchivedAttachmentNoticeTests(TestServer server) : AttachmentNoticeTests(new ArchivedStores(server));

public sealed class ArchivedLinkPreviewTests(TestServer server) : LinkPreviewTests(new ArchivedStores(server));

#if NET10_0_OR_GREATER
public sealed class ArchivedConversationModelTests(TestServer server) : ConversationModelTests(new ArchivedStores(server));

public sealed class ArchivedMentionModelTests(TestServer server) : MentionModelTests(new ArchivedStores(server));

public sealed class ArchivedModelTests(TestServer server) : ModelTests(new ArchivedStores(server));

public sealed class ArchivedWatchModelTests(TestServer server) : WatchModelTests(new ArchivedStores(server));

public sealed class ArchivedInboxModelTests(TestServer server) : InboxModelTests(new ArchivedStores(server));
#endif
