#region suite
using RedisChat.Conformance;

namespace RedisChat.Tests;

internal sealed class InMemoryStores : StoreFactory
{
    private readonly InMemoryMessageStore _store = new();

    public override IMessageStore Open() => _store;
}

public sealed class InMemoryAppendTests() : AppendTests(new InMemoryStores());

public sealed class InMemoryIdempotencyTests() : IdempotencyTests(new InMemoryStores());

public sealed class InMemoryReadTests() : ReadTests(new InMemoryStores());

public sealed class InMemoryChangeTests() : ChangeTests(new InMemoryStores());

public sealed class InMemoryLongHistoryTests() : LongHistoryTests(new InMemoryStores());

public sealed class InMemoryWatchTests() : WatchTests(new InMemoryStores());

public sealed class InMemoryReactionTests() : ReactionTests(new InMemoryStores());

public sealed class InMemoryMemberTests() : MemberTests(new InMemoryStores());

public sealed class InMemoryGuardTests() : GuardTests(new InMemoryStores());

public sealed class InMemoryWatchManyTests() : WatchManyTests(new InMemoryStores());

public sealed class InMemoryFilterTests() : FilterTests(new InMemoryStores());

public sealed class InMemoryRoomSettingsTests() : RoomSettingsTests(new InMemoryStores());

public sealed class InMemoryRoomCreationTests() : RoomCreationTests(new InMemoryStores());

public sealed class InMemoryDirectRoomTests() : DirectRoomTests(new InMemoryStores());

public sealed class InMemoryRoomDeletionTests() : RoomDeletionTests(new InMemoryStores());

public sealed class InMemoryDirectoryTests() : DirectoryTests(new InMemoryStores());

public sealed class InMemoryPresenceTests() : PresenceTests(new InMemoryStores());

public sealed class InMemoryInboxTests() : InboxTests(new InMemoryStores());

public sealed class InMemoryDraftTests() : DraftTests(new InMemoryStores());

public sealed class InMemoryRevocationTests() : RevocationTests(new InMemoryStores());

public sealed class InMemoryPresenceGuardTests() : PresenceGuardTests(new InMemoryStores());

public sealed class InMemorySentMessageTests() : SentMessageTests(new InMemoryStores());

public sealed class InMemoryReadMarkerTests() : ReadMarkerTests(new InMemoryStores());

public sealed class InMemoryReadMarkerListTests() : ReadMarkerListTests(new InMemoryStores());

public sealed class InMemoryReadMarkerHistoryTests() : ReadMarkerHistoryTests(new InMemoryStores());

public sealed class InMemoryReplyTests() : ReplyTests(new InMemoryStores());

public sealed class InMemoryTombstoneTests() : TombstoneTests(new InMemoryStores());

public sealed class InMemoryVersionTests() : VersionTests(new InMemoryStores());

public sealed class InMemoryScheduleTests() : ScheduleTests(new InMemoryStores());

public sealed class InMemoryUpkeepTests() : UpkeepTests(new InMemoryStores());

public sealed class InMemoryRetentionTests() : RetentionTests(new InMemoryStores());

public sealed class InMemoryExpiryTests() : ExpiryTests(new InMemoryStores());

public sealed class InMemoryBulkDeletionTests() : BulkDeletionTests(new InMemoryStores());

public sealed class InMemoryErasureTests() : ErasureTests(new InMemoryStores());

public sealed class InMemoryPinTests() : PinTests(new InMemoryStores());

public sealed class InMemoryMentionTests() : MentionTests(new InMemoryStores());

public sealed class InMemoryMentionGuardTests() : MentionGuardTests(new InMemoryStores());

public sealed class InMemoryThreadTests() : ThreadTests(new InMemoryStores());

public sealed class InMemoryThreadRuleTests() : ThreadRuleTests(new InMemoryStores());

public sealed class InMemoryThreadDeletionTests() : ThreadDeletionTests(new InMemoryStores());

public sealed class InMemoryThreadFollowTests() : ThreadFollowTests(new InMemoryStores());

public sealed class InMemoryWritingTests() : WritingTests(new InMemoryStores());

public sealed class InMemoryWritingStoreTests() : WritingStoreTests(new InMemoryStores());

public sealed class InMemoryAttachmentTests() : AttachmentTests(new InMemoryStores());

public sealed class InMemoryAttachmentNoticeTests() : AttachmentNoticeTests(new InMemoryStores());

public sealed class InMemoryLinkPreviewTests() : LinkPreviewTests(new InMemoryStores());

#if NET10_0_OR_GREATER
public sealed class InMemoryConversationModelTests() : ConversationModelTests(new InMemoryStores());

public sealed class InMemoryMentionModelTests() : MentionModelTests(new InMemoryStores());

public sealed class InMemoryModelTests() : ModelTests(new InMemoryStores())
{
    protected override int Histories => 300;
}

public sealed class InMemoryWatchModelTests() : WatchModelTests(new InMemoryStores());

public sealed class InMemoryInboxModelTests() : InboxModelTests(new InMemoryStores());
#endif

public sealed class CompletenessTests
{
    [Fact]
    public void Every_store_derives_the_whole_conformance_suite() =>
        ConformanceSuite.MissingClasses(typeof(CompletenessTests).Assembly.GetTypes()).Should().BeEmpty();
}
#endregion
