namespace RedisChat;

/// <summary>The kinds of findings. They are stable; docs/operations.md has them in a table.</summary>
public static class ServerFindingCodes
{
    /// <summary>Redis may delete any key when memory is full: messages too.</summary>
    public const string EvictionDeletesMessages = "eviction-deletes-messages";

    /// <summary>Redis may delete idempotency keys early when memory is full.</summary>
    public const string EvictionForgetsKeys = "eviction-forgets-keys";

    /// <summary>Keys have been deleted for want of memory.</summary>
    public const string KeysWereEvicted = "keys-were-evicted";

    /// <summary>There is no memory left: sends fail.</summary>
    public const string MemoryFull = "memory-full";

    /// <summary>There is little memory left.</summary>
    public const string MemoryNearlyFull = "memory-nearly-full";

    /// <summary>Redis may use more memory than the machine has.</summary>
    public const string MemoryUnlimited = "memory-unlimited";

    /// <summary>A restart loses everything.</summary>
    public const string NoPersistence = "no-persistence";

    /// <summary>A crash loses all since the last snapshot.</summary>
    public const string NoAppendOnlyFile = "no-append-only-file";

    /// <summary>When the append-only file reaches the disk is left to the operating system.</summary>
    public const string DiskNotAwaited = "disk-not-awaited";

    /// <summary>The append-only file reaches the disk once a second.</summary>
    public const string DiskEverySecond = "disk-every-second";

    /// <summary>The append-only file could not be written.</summary>
    public const string AppendOnlyFileFailed = "append-only-file-failed";

    /// <summary>The append-only file could not be compacted.</summary>
    public const string RewriteFailed = "rewrite-failed";

    /// <summary>The last snapshot failed.</summary>
    public const string SnapshotFailed = "snapshot-failed";

    /// <summary>The server is reading its data at its start.</summary>
    public const string Loading = "loading";

    /// <summary>Nothing copies the server.</summary>
    public const string NoReplica = "no-replica";

    /// <summary>A replica does not follow its primary yet, or any more.</summary>
    public const string ReplicaNotOnline = "replica-not-online";

    /// <summary>A replica is far behind.</summary>
    public const string ReplicaBehind = "replica-behind";

    /// <summary>A replica does not reach its primary.</summary>
    public const string ReplicaWithoutLink = "replica-without-link";

    /// <summary>A primary takes writes while no replica follows it.</summary>
    public const string WritesWithoutReplicas = "writes-without-replicas";

    /// <summary>Fewer replicas follow than the primary demands: sends fail.</summary>
    public const string TooFewReplicas = "too-few-replicas";

    /// <summary>Several servers claim to be the primary.</summary>
    public const string SeveralPrimaries = "several-primaries";

    /// <summary>No server that answers takes writes.</summary>
    public const string NoPrimary = "no-primary";

    /// <summary>The cluster does not serve all of its slots.</summary>
    public const string ClusterNotWhole = "cluster-not-whole";

    /// <summary>A server that the connection knows of does not answer.</summary>
    public const string ServerUnreachable = "server-unreachable";

    /// <summary>The server is older than what the chat needs.</summary>
    public const string VersionTooOld = "version-too-old";

    /// <summary>The cluster has no sharded pub/sub.</summary>
    public const string NoShardedPubSub = "no-sharded-pubsub";

    /// <summary>The server cannot tell when a write has reached the disk.</summary>
    public const string NoWaitForDisk = "no-wait-for-disk";

    /// <summary>The connection runs as another user than the configured one.</summary>
    public const string OtherUser = "other-user";

    /// <summary>The user may not see a part of this.</summary>
    public const string NotAllowed = "not-allowed";

    /// <summary>The server does not tell a part of this.</summary>
    public const string NotReported = "not-reported";

    /// <summary>The user lacks a right that the chat needs.</summary>
    public const string RightMissing = "right-missing";

    /// <summary>Messages take more memory than they need, since they are longer than compact hashes allow.</summary>
    public const string LongValuesNotCompact = "long-values-not-compact";

    /// <summary>Messages take more memory than they need, since compact hashes are allowed too few of them.</summary>
    public const string ManyValuesNotCompact = "many-values-not-compact";

    /// <summary>A subscriber that does not read can fill the server's memory.</summary>
    public const string SubscriberBufferUnlimited = "subscriber-buffer-unlimited";

    /// <summary>Subscribers are cut off at a small burst.</summary>
    public const string SubscriberBufferSmall = "subscriber-buffer-small";

    /// <summary>The server closes connections that the client means to keep.</summary>
    public const string IdleConnectionsClosed = "idle-connections-closed";

    /// <summary>The server's clock and this process's differ.</summary>
    public const string ClockDiffers = "clock-differs";

    /// <summary>The clocks of the servers differ.</summary>
    public const string ServerClocksDiffer = "server-clocks-differ";
}
