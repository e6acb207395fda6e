using RedisChat.Conformance;
using RedisChat.IntegrationTests.Redis.Encryption;

namespace RedisChat.IntegrationTests.Conformance;

/// <summary>Opens stores on a real server that encrypt all rooms and users, and seal their history.</summary>
internal sealed class EncryptedStores(TestServer server) : SealingStores
{
    protected override ChatEncryption? Encryption { get; } = new(new TestKeyRing(), null);

    protected override string Configuration
    {
        get
        {
            server.NeedRedis("This is the conformance suite with encrypted rooms on a real server.");
            return server.Configuration!;
        }
    }
}

public sealed class EncryptedAppendTests(TestServer server) : AppendTests(new EncryptedStores(server));

public sealed class EncryptedIdempotencyTests(TestServer server) : IdempotencyTests(new EncryptedStores(server));

public sealed class EncryptedReadTests(TestServer server) : ReadTests(new EncryptedStores(server));

public sealed class EncryptedChangeTests(TestServer server) : ChangeTests(new EncryptedStores(server));

public sealed class EncryptedLongHistoryTests(TestServer server) : LongHistoryTests(new EncryptedStores(server));

public sealed class EncryptedWatchTests(TestServer server) : WatchTests(new EncryptedStores(server));

public sealed class EncryptedReactionTests(TestServer server) : ReactionTests(new EncryptedStores(server));

public sealed class EncryptedMemberTests(TestServer server) : MemberTests(new EncryptedStores(server));

public sealed class EncryptedGuardTests(TestServer server) : GuardTests(new EncryptedStores(server));

public sealed class EncryptedWatchManyTests(TestServer server) : WatchManyTests(new EncryptedStores(server));

public sealed class EncryptedFilterTests(TestServer server) : FilterTests(new EncryptedStores(server));

public sealed class EncryptedRoomSettingsTests(TestServer server) : RoomSettingsTests(new EncryptedStores(server));

public sealed class EncryptedRoomCreationTests(TestServer server) : RoomCreationTests(new EncryptedStores(server));

public sealed class EncryptedDirectRoomTests(TestServer server) : DirectRoomTests(new EncryptedStores(server));

public sealed class EncryptedRoomDeletionTests(TestServer server) : RoomDeletionTests(new EncryptedStores(server));

public sealed class EncryptedDirectoryTests(TestServer server) : DirectoryTests(new EncryptedStores(server));

public sealed class EncryptedPresenceTests(TestServer server) : PresenceTests(new EncryptedStores(server));

public sealed class EncryptedInboxTests(TestServer server) : InboxTests(new EncryptedStores(server));

public sealed class EncryptedDraftTests(TestServer server) : DraftTests(new EncryptedStores(server));

public sealed class EncryptedRevocationTests(TestServer server) : RevocationTests(new EncryptedStores(server));

public sealed class EncryptedPresenceGuardTests(TestServer server) : PresenceGuardTests(new EncryptedStores(server));

public sealed class EncryptedSentMessageTests(TestServer server) : SentMessageTests(new EncryptedStores(server));

public sealed class EncryptedReadMarkerTests(TestServer server) : ReadMarkerTests(new EncryptedStores(server));

public sealed class EncryptedReadMarkerListTests(TestServer server) : ReadMarkerListTests(new EncryptedStores(server));

public sealed class EncryptedReadMarkerHistoryTests(TestServer server) : ReadMarkerHistoryTests(new EncryptedStores(server));

public sealed class EncryptedReplyTests(TestServer server) : ReplyTests(new EncryptedStores(server));

public sealed class EncryptedTombstoneTests(TestServer server) : TombstoneTests(new EncryptedStores(server));

public sealed class EncryptedVersionTests(TestServer server) : VersionTests(new EncryptedStores(server));

public sealed class EncryptedScheduleTests(TestServer server) : ScheduleTests(new EncryptedStores(server));

public sealed class EncryptedUpkeepTests(TestServer server) : UpkeepTests(new EncryptedStores(server));

public sealed class EncryptedRetentionTests(TestServer server) : RetentionTests(new EncryptedStores(server));

public sealed class EncryptedExpiryTests(TestServer server) : ExpiryTests(new EncryptedStores(server));

public sealed class EncryptedBulkDeletionTests(TestServer server) : BulkDeletionTests(new EncryptedStores(server));

public sealed class EncryptedErasureTests(TestServer server) : ErasureTests(new EncryptedStores(server) { Probe = TimeSpan.FromMilliseconds(100) });

public sealed class EncryptedPinTests(TestServer server) : PinTests(new EncryptedStores(server));

public sealed class EncryptedMentionTests(TestServer server) : MentionTests(new EncryptedStores(server));

public sealed class EncryptedMentionGuardTests(TestServer server) : MentionGuardTests(new EncryptedStores(server));

public sealed class EncryptedThreadTests(TestServer server) : ThreadTests(new EncryptedStores(server));

public sealed class EncryptedThreadRuleTests(TestServer server) : ThreadRuleTests(new EncryptedStores(server));

public sealed class EncryptedThreadDeletionTests(TestServer server) : ThreadDeletionTests(new EncryptedStores(server));

public sealed class EncryptedThreadFollowTests(TestServer server) : ThreadFollowTests(new EncryptedStores(server));

public sealed class EncryptedWritingTests(TestServer server) : WritingTests(new EncryptedStores(server));

public sealed class EncryptedWritingStoreTests(TestServer server) : WritingStoreTests(new EncryptedStores(server));

public sealed class EncryptedAttachmentTests(TestServer server) : AttachmentTests(new EncryptedStores(server));

public sealed class EncryptedAttachmentNoticeTests(TestServer server) : AttachmentNoticeTests(new EncryptedStores(server));

public sealed class EncryptedLinkPreviewTests(TestServer server) : LinkPreviewTests(new EncryptedStores(server));

#if NET10_0_OR_GREATER
public sealed class EncryptedConversationModelTests(TestServer server) : ConversationModelTests(new EncryptedStores(server));

public sealed class EncryptedMentionModelTests(TestServer server) : MentionModelTests(new EncryptedStores(server));

public sealed class EncryptedModelTests(TestServer server) : ModelTests(new EncryptedStores(server));

public sealed class EncryptedWatchModelTests(TestServer server) : WatchModelTests(new EncryptedStores(server));

public sealed class EncryptedInboxModelTests(TestServer server) : InboxModelTests(new EncryptedStores(server));
#endif
