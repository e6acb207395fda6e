using RedisChat.Conformance;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Conformance;

/// <summary>Opens Redis stores on a real server. Each has its own connection, as in another process.</summary>
internal sealed class RedisStores(TestServer server) : StoreFactory
{
    private readonly RedisStoreOptions _options = new() { KeyPrefix = $"test-{Guid.NewGuid():n}" };

    /// <summary>How often lost events are looked for: an erasure takes several times as long.</summary>
    public TimeSpan Probe { init => _options.LiveProbeInterval = value; }

    public override IMessageStore Open()
    {
        server.NeedRedis("This is the conformance suite on a real server; on Garnet it runs in classes of its own.");
        return new RedisMessageStore(ConfigurationOptions.Parse(StoreFactories.Patient(server.Configuration!)), _options);
    }
}

public sealed class RedisAppendTests(TestServer server) : AppendTests(new RedisStores(server));

public sealed class RedisIdempotencyTests(TestServer server) : IdempotencyTests(new RedisStores(server));

public sealed class RedisReadTests(TestServer server) : ReadTests(new RedisStores(server));

public sealed class RedisChangeTests(TestServer server) : ChangeTests(new RedisStores(server));

public sealed class RedisLongHistoryTests(TestServer server) : LongHistoryTests(new RedisStores(server));

public sealed class RedisWatchTests(TestServer server) : WatchTests(new RedisStores(server));

public sealed class RedisReactionTests(TestServer server) : ReactionTests(new RedisStores(server));

public sealed class RedisMemberTests(TestServer server) : MemberTests(new RedisStores(server));

public sealed class RedisGuardTests(TestServer server) : GuardTests(new RedisStores(server));

public sealed class RedisWatchManyTests(TestServer server) : WatchManyTests(new RedisStores(server));

public sealed class RedisFilterTests(TestServer server) : FilterTests(new RedisStores(server));

public sealed class RedisRoomSettingsTests(TestServer server) : RoomSettingsTests(new RedisStores(server));

public sealed class RedisRoomCreationTests(TestServer server) : RoomCreationTests(new RedisStores(server));

public sealed class RedisDirectRoomTests(TestServer server) : DirectRoomTests(new RedisStores(server));

public sealed class RedisRoomDeletionTests(TestServer server) : RoomDeletionTests(new RedisStores(server));

public sealed class RedisDirectoryTests(TestServer server) : DirectoryTests(new RedisStores(server));

public sealed class RedisPresenceTests(TestServer server) : PresenceTests(new RedisStores(server));

public sealed class RedisInboxTests(TestServer server) : InboxTests(new RedisStores(server));

public sealed class RedisDraftTests(TestServer server) : DraftTests(new RedisStores(server));

public sealed class RedisRevocationTests(TestServer server) : RevocationTests(new RedisStores(server));

public sealed class RedisPresenceGuardTests(TestServer server) : PresenceGuardTests(new RedisStores(server));

public sealed class RedisSentMessageTests(TestServer server) : SentMessageTests(new RedisStores(server));

public sealed class RedisReadMarkerTests(TestServer server) : ReadMarkerTests(new RedisStores(server));

public sealed class RedisReadMarkerListTests(TestServer server) : ReadMarkerListTests(new RedisStores(server));

public sealed class RedisReadMarkerHistoryTests(TestServer server) : ReadMarkerHistoryTests(new RedisStores(server));

public sealed class RedisReplyTests(TestServer server) : ReplyTests(new RedisStores(server));

public sealed class RedisTombstoneTests(TestServer server) : TombstoneTests(new RedisStores(server));

public sealed class RedisVersionTests(TestServer server) : VersionTests(new RedisStores(server));

public sealed class RedisScheduleTests(TestServer server) : ScheduleTests(new RedisStores(server));

public sealed class RedisUpkeepTests(TestServer server) : UpkeepTests(new RedisStores(server));

public sealed class RedisRetentionTests(TestServer server) : RetentionTests(new RedisStores(server));

public sealed class RedisExpiryTests(TestServer server) : ExpiryTests(new RedisStores(server));

public sealed class RedisBulkDeletionTests(TestServer server) : BulkDeletionTests(new RedisStores(server));

public sealed class RedisErasureTests(TestServer server) : ErasureTests(new RedisStores(server) { Probe = TimeSpan.FromMilliseconds(100) });

public sealed class RedisPinTests(TestServer server) : PinTests(new RedisStores(server));

public sealed class RedisMentionTests(TestServer server) : MentionTests(new RedisStores(server));

public sealed class RedisMentionGuardTests(TestServer server) : MentionGuardTests(new RedisStores(server));

public sealed class RedisThreadTests(TestServer server) : ThreadTests(new RedisStores(server));

public sealed class RedisThreadRuleTests(TestServer server) : ThreadRuleTests(new RedisStores(server));

public sealed class RedisThreadDeletionTests(TestServer server) : ThreadDeletionTests(new RedisStores(server));

public sealed class RedisThreadFollowTests(TestServer server) : ThreadFollowTests(new RedisStores(server));

public sealed class RedisWritingTests(TestServer server) : WritingTests(new RedisStores(server));

public sealed class RedisWritingStoreTests(TestServer server) : WritingStoreTests(new RedisStores(server));

public sealed class RedisAttachmentTests(TestServer server) : AttachmentTests(new RedisStores(server));

public sealed class RedisAttachmentNoticeTests(TestServer server) : AttachmentNoticeTests(new RedisStores(server));

public sealed class RedisLinkPreviewTests(TestServer server) : LinkPreviewTests(new RedisStores(server));

#if NET10_0_OR_GREATER
public sealed class RedisConversationModelTests(TestServer server) : ConversationModelTests(new RedisStores(server));

public sealed class RedisMentionModelTests(TestServer server) : MentionModelTests(new RedisStores(server));

public sealed class RedisModelTests(TestServer server) : ModelTests(new RedisStores(server));

public sealed class RedisWatchModelTests(TestServer server) : WatchModelTests(new RedisStores(server));

public sealed class RedisInboxModelTests(TestServer server) : InboxModelTests(new RedisStores(server));
#endif
