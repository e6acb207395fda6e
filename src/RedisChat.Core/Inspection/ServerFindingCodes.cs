namespace RedisChat;

/// <summary>The kinds of findings. The codes are stable; docs/operations.md lists them in a table.</summary>
public static class ServerFindingCodes
{
    /// <summary>Redis may delete any key when memory is full, messages included.</summary>
    public const string EvictionDeletesMessages = "eviction-deletes-messages";

    /// <summary>Redis may delete idempotency keys early when memory is full.</summary>
    public const string EvictionForgetsKeys = "eviction-forgets-keys";

    /// <summary>Redis has evicted keys because memory was full.</summary>
    public const string KeysWereEvicted = "keys-were-evicted";

    /// <summary>Memory is full: sends fail.</summary>
    public const string MemoryFull = "memory-full";

    /// <summary>Memory is nearly full.</summary>
    public const string MemoryNearlyFull = "memory-nearly-full";

    /// <summary>Redis may use more memory than the machine has.</summary>
    public const string MemoryUnlimited = "memory-unlimited";

    /// <summary>A restart loses everything.</summary>
    public const string NoPersistence = "no-persistence";

    /// <summary>A crash loses everything since the last snapshot.</summary>
    public const string NoAppendOnlyFile = "no-append-only-file";

    /// <summary>The operating system decides when the append-only file reaches the disk.</summary>
    public const string DiskNotAwaited = "disk-not-awaited";

    /// <summary>The append-only file reaches the disk once a second.</summary>
    public const string DiskEverySecond = "disk-every-second";

    /// <summary>The append-only file could not be written.</summary>
    public const string AppendOnlyFileFailed = "append-only-file-failed";

    /// <summary>The append-only file could not be compacted.</summary>
    public const string RewriteFailed = "rewrite-failed";

    /// <summary>The last snapshot failed.</summary>
    public const string SnapshotFailed = "snapshot-failed";

    /// <summary>The server has started and is still loading its data.</summary>
    public const string Loading = "loading";

    /// <summary>No replica copies the server.</summary>
    public const string NoReplica = "no-replica";

    /// <summary>A replica does not follow its primary yet, or no longer does.</summary>
    public const string ReplicaNotOnline = "replica-not-online";

    /// <summary>A replica lags far behind.</summary>
    public const string ReplicaBehind = "replica-behind";

    /// <summary>A replica cannot reach its primary.</summary>
    public const string ReplicaWithoutLink = "replica-without-link";

    /// <summary>A primary accepts writes even if no replica follows it.</summary>
    public const string WritesWithoutReplicas = "writes-without-replicas";

    /// <summary>Fewer replicas follow than the primary demands: sends fail.</summary>
    public const string TooFewReplicas = "too-few-replicas";

    /// <summary>Several servers claim to be the primary.</summary>
    public const string SeveralPrimaries = "several-primaries";

    /// <summary>None of the servers that answer accepts writes.</summary>
    public const string NoPrimary = "no-primary";

    /// <summary>The cluster does not serve all of its slots.</summary>
    public const string ClusterNotWhole = "cluster-not-whole";

    /// <summary>A server of the connection does not answer.</summary>
    public const string ServerUnreachable = "server-unreachable";

    /// <summary>The server is older than the chat requires.</summary>
    public const string VersionTooOld = "version-too-old";

    /// <summary>The cluster has no sharded pub/sub.</summary>
    public const string NoShardedPubSub = "no-sharded-pubsub";

    /// <summary>The server cannot report when a write has reached the disk.</summary>
    public const string NoWaitForDisk = "no-wait-for-disk";

    /// <summary>The connection runs as a different user than the configured one.</summary>
    public const string OtherUser = "other-user";

    /// <summary>The user is not allowed to read some of the data that the inspection needs.</summary>
    public const string NotAllowed = "not-allowed";

    /// <summary>The server does not report some of the data that the inspection needs.</summary>
    public const string NotReported = "not-reported";

    /// <summary>The user lacks a right that the chat needs.</summary>
    public const string RightMissing = "right-missing";

    /// <summary>Messages take more memory than necessary, because they are longer than compact hashes allow.</summary>
    public const string LongValuesNotCompact = "long-values-not-compact";

    /// <summary>Messages take more memory than necessary, because compact hashes allow too few entries.</summary>
    public const string ManyValuesNotCompact = "many-values-not-compact";

    /// <summary>A subscriber that does not read can fill the server's memory.</summary>
    public const string SubscriberBufferUnlimited = "subscriber-buffer-unlimited";

    /// <summary>A small burst disconnects subscribers.</summary>
    public const string SubscriberBufferSmall = "subscriber-buffer-small";

    /// <summary>The server closes connections that the client wants to keep.</summary>
    public const string IdleConnectionsClosed = "idle-connections-closed";

    /// <summary>The server's clock and this process's clock differ.</summary>
    public const string ClockDiffers = "clock-differs";

    /// <summary>The clocks of the servers differ.</summary>
    public const string ServerClocksDiffer = "server-clocks-differ";
}
