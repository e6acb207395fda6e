using RedisChat.Redis;
using static RedisChat.ServerFindingCodes;
using static RedisChat.ServerFindingSeverity;

namespace RedisChat.Tests.Redis;

/// <summary>The raw answers and what they mean.</summary>
public sealed partial class ServerExaminationTests
{
    public static TheoryData<string, ServerFindingSeverity, string, string?, Action<RawServer>> Ills() => new()
    {
        // Memory
        {
            EvictionDeletesMessages, Problem, "maxmemory-policy is allkeys-lru.", "CONFIG SET maxmemory-policy noeviction",
            server => server.Info["maxmemory_policy"] = "allkeys-lru"
        },
        {
            EvictionForgetsKeys, Warning, "maxmemory-policy is volatile-ttl.", "CONFIG SET maxmemory-policy noeviction",
            server => server.Info["maxmemory_policy"] = "volatile-ttl"
        },
        {
            KeysWereEvicted, Warning, "3 keys have been evicted because memory was full.", "CONFIG RESETSTAT",
            server => server.Info["evicted_keys"] = "3"
        },
        {
            MemoryFull, Problem, "957.5 MiB of 953.7 MiB of memory are used.", "CONFIG SET maxmemory 2008000000",
            server => server.Info["used_memory"] = "1004000008"
        },
        {
            MemoryFull, Problem, "953.7 MiB of 953.7 MiB of memory are used.", null,
            server => (server.Info["used_memory"], server.Info["total_system_memory"]) = ("1000000008", "2000000000")
        },
        {
            MemoryNearlyFull, Warning, "762.9 MiB of 953.7 MiB of memory are used.", "CONFIG SET maxmemory 1600000000",
            server => server.Info["used_memory"] = "800000008"
        },
        {
            MemoryUnlimited, Warning, "maxmemory is 0: Redis may use more memory than the machine has (7.5 GiB).", "CONFIG SET maxmemory 6000000000",
            server => server.Info["maxmemory"] = "0"
        },
        {
            MemoryUnlimited, Warning, "maxmemory is 0: Redis may use more memory than the machine has.", null,
            server =>
            {
                server.Info["maxmemory"] = "0";
                server.Info.Remove("total_system_memory");
            }
        },
        {
            MemoryUnlimited, Warning, "maxmemory is 0: Redis may use more memory than the machine has (7.5 GiB).", null,
            server => (server.Info["maxmemory"], server.Info["used_memory"]) = ("0", "5000000000")
        },

        // Persistence
        {
            NoPersistence, Problem, "Nothing is written to disk: appendonly is off, and there are no snapshots.", "CONFIG SET appendonly yes",
            server => (server.Info["aof_enabled"], server.Settings["save"]) = ("0", "")
        },
        {
            NoAppendOnlyFile, Warning, "appendonly is off; there are only snapshots (save 3600 1 300 100 60 10000), the last one 10 min and 7 changes ago.",
            "CONFIG SET appendonly yes",
            server => server.Info["aof_enabled"] = "0"
        },
        {
            DiskEverySecond, Information, "appendfsync is everysec.", "CONFIG SET appendfsync always",
            server => server.Settings["appendfsync"] = "everysec"
        },
        {
            DiskNotAwaited, Warning, "appendfsync is no.", "CONFIG SET appendfsync everysec",
            server => server.Settings["appendfsync"] = "no"
        },
        {
            AppendOnlyFileFailed, Problem, "The last write to the append-only file failed (err).", null,
            server => server.Info["aof_last_write_status"] = "err"
        },
        {
            RewriteFailed, Warning, "The last rewrite of the append-only file failed (err).", "BGREWRITEAOF",
            server => server.Info["aof_last_bgrewrite_status"] = "err"
        },
        {
            SnapshotFailed, Problem, "The last snapshot failed (err).", "BGSAVE",
            server => server.Info["rdb_last_bgsave_status"] = "err"
        },
        {
            Loading, Warning, "The server is loading its data and expects to take 12 s more.", null,
            server => (server.Info["loading"], server.Info["loading_eta_seconds"]) = ("1", "12")
        },

        // Replication
        {
            NoReplica, Information, "No replica follows this server.", null,
            server =>
            {
                (server.Info["connected_slaves"], server.Settings["min-replicas-to-write"]) = ("0", "0");
                server.Info.Remove("slave0");
            }
        },
        {
            ReplicaNotOnline, Warning, "The replica 10.0.0.2:6380 does not follow yet (state wait_bgsave).", null,
            server => server.Info["slave0"] = "ip=10.0.0.2,port=6380,state=wait_bgsave,offset=0,lag=0"
        },
        {
            ReplicaBehind, Warning, "The replica 10.0.0.2:6380 is 0 bytes behind and was last heard of 6 s ago.", null,
            server => server.Info["slave0"] = "ip=10.0.0.2,port=6380,state=online,offset=1000,lag=6"
        },
        {
            ReplicaBehind, Warning, "The replica 10.0.0.2:6380 is 10,485,761 bytes behind and was last heard of 1 s ago.", null,
            server => server.Info["master_repl_offset"] = "10486761"
        },
        {
            WritesWithoutReplicas, Warning, "min-replicas-to-write is 0.", "CONFIG SET min-replicas-to-write 1",
            server => server.Settings["min-replicas-to-write"] = "0"
        },
        {
            TooFewReplicas, Problem, "min-replicas-to-write is 2, but the number of good replicas is 1.", "CONFIG SET min-replicas-to-write 1",
            server => server.Settings["min-replicas-to-write"] = "2"
        },

        // Cluster and version
        {
            ClusterNotWhole, Problem, "The cluster's state is fail, with 10922 of 16384 slots served.", null,
            server =>
            {
                server.BecomeNode();
                server.Cluster = "cluster_state:fail\r\ncluster_slots_ok:10922\r\n";
            }
        },
        {
            ClusterNotWhole, Problem, "The cluster's state is ok, with 10922 of 16384 slots served.", null,
            server =>
            {
                server.BecomeNode();
                server.Cluster = "cluster_state:ok\r\ncluster_slots_ok:10922\r\n";
            }
        },
        {
            NoWaitForDisk, Information, "Redis 7.0.15 has no WAITAOF.", null,
            server => server.Info["redis_version"] = "7.0.15"
        },
        {
            NoWaitForDisk, Information, "Garnet 2.2.8 has no WAITAOF.", null,
            server => server.Info["garnet_version"] = "2.2.8"
        },

        // Access
        {
            OtherUser, Problem, "The connection is configured for the user chat, but runs as default.", null,
            server => server.User = "default"
        },
        {
            RightMissing, Problem, "The user may not run HSETNX: the right +hsetnx is missing.", "ACL SETUSER chat +hsetnx",
            server => server.MissingRights.Add("+hsetnx")
        },
        {
            RightMissing, Problem, "The user may not access all keys of the chat: the pattern ~chatroom:* is missing.", "ACL SETUSER chat ~chatroom:*",
            server => server.MissingRights.Add("~chatroom:*")
        },
        {
            RightMissing, Problem, "The user may not access all channels of the chat: the pattern &chatroom:* is missing.", "ACL SETUSER chat &chatroom:*",
            server => server.MissingRights.Add("&chatroom:*")
        },
        {
            NotAllowed, Information, "The user may not run CONFIG GET: the right +config|get is missing.", "ACL SETUSER chat +config|get",
            server => server.Refuse(ServerReader.ConfigGet, RefusedBy.Rights, "NOPERM …")
        },
        {
            NotAllowed, Information, "The user may not run ACL WHOAMI: the right +acl|whoami is missing.", "ACL SETUSER chat +acl|whoami",
            server => server.Refuse(ServerReader.WhoAmI, RefusedBy.Rights, "NOPERM …")
        },
        {
            NotAllowed, Information, "The user may not run TIME: the right +time is missing.", "ACL SETUSER chat +time",
            server => server.Refuse(ServerReader.Time, RefusedBy.Rights, "NOPERM …")
        },
        {
            NotAllowed, Information, "The user may not run CLUSTER INFO: the right +cluster|info is missing.", "ACL SETUSER chat +cluster|info",
            server =>
            {
                server.BecomeNode();
                server.Refuse(ServerReader.ClusterInfo, RefusedBy.Rights, "NOPERM …");
            }
        },
        {
            NotAllowed, Warning, "The user may not run INFO: the right +info is missing.", "ACL SETUSER chat +info",
            server => server.Refuse(ServerReader.Info, RefusedBy.Rights, "NOPERM …")
        },
        {
            NotAllowed, Information, "The application's connection does not run CONFIG GET: Admin mode is off.", null,
            server => server.Refuse(ServerReader.ConfigGet, RefusedBy.Client, "Admin mode is off.")
        },
        {
            NotReported, Information, "The server does not answer CONFIG GET: ERR unknown command 'CONFIG'", null,
            server => server.Refuse(ServerReader.ConfigGet, RefusedBy.Server, "ERR unknown command 'CONFIG'")
        },
        {
            NotReported, Warning, "The server does not answer INFO: ERR no", null,
            server => server.Refuse(ServerReader.Info, RefusedBy.Server, "ERR no")
        },
        {
            NotReported, Information, "The server does not report maxmemory_policy (INFO), appendfsync.", null,
            server =>
            {
                server.Info.Remove("maxmemory_policy");
                server.Settings.Remove("appendfsync");
            }
        },

        // Clients, clock, buckets
        {
            SubscriberBufferUnlimited, Warning, "client-output-buffer-limit is pubsub 0 0 0.",
            "CONFIG SET client-output-buffer-limit \"pubsub 33554432 8388608 60\"",
            server => server.Settings["client-output-buffer-limit"] = "normal 0 0 0 slave 0 0 0 pubsub 0 0 0"
        },
        {
            SubscriberBufferSmall, Warning, "client-output-buffer-limit is pubsub 524288 0 0.",
            "CONFIG SET client-output-buffer-limit \"pubsub 33554432 8388608 60\"",
            server => server.Settings["client-output-buffer-limit"] = "normal 0 0 0 pubsub 524288 0 0 slave 0 0 0"
        },
        {
            SubscriberBufferSmall, Warning, "client-output-buffer-limit is pubsub 0 65536 10.",
            "CONFIG SET client-output-buffer-limit \"pubsub 33554432 8388608 60\"",
            server => server.Settings["client-output-buffer-limit"] = "pubsub 0 65536 10"
        },
        {
            IdleConnectionsClosed, Warning, "timeout is 60 s, and the client is silent for up to 60 s (keepAlive).", "CONFIG SET timeout 0",
            server => server.Settings["timeout"] = "60"
        },
        {
            ClockDiffers, Warning, "The server's clock says 2026-01-02 03:04:11 UTC, this process's 2026-01-02 03:04:05 UTC.", null,
            server => server.Ahead(TimeSpan.FromSeconds(6))
        },
        {
            ClockDiffers, Warning, "The server's clock says 2026-01-02 02:04:05 UTC, this process's 2026-01-02 03:04:05 UTC.", null,
            server => server.Ahead(TimeSpan.FromHours(-1))
        },
        {
            LongValuesNotCompact, Information, "hash-max-listpack-value is 64.", "CONFIG SET hash-max-listpack-value 1024",
            server => server.Settings["hash-max-listpack-value"] = "64"
        },
        {
            ManyValuesNotCompact, Information, "hash-max-listpack-entries is 127.", "CONFIG SET hash-max-listpack-entries 128",
            server => server.Settings["hash-max-listpack-entries"] = "127"
        },
    };

    /// <summary>Problems that do not come alone: the last values are the accompanying codes.</summary>
    public static TheoryData<string, ServerFindingSeverity, string, string?, Action<RawServer>, string[]> IllsInCompany() => new()
    {
        {
            ReplicaWithoutLink, Problem, "The replica does not follow its primary redis:6379 (link down).", null,
            server =>
            {
                server.BecomeReplica();
                server.Info["master_link_status"] = "down";
            },
            [NoPrimary]
        },
        {
            ReplicaWithoutLink, Problem, "The replica does not follow its primary redis:6379 (link down, being copied).", null,
            server =>
            {
                server.BecomeReplica();
                (server.Info["master_link_status"], server.Info["master_sync_in_progress"]) = ("down", "1");
            },
            [NoPrimary]
        },
        {
            NoPersistence, Warning, "Nothing is written to disk: appendonly is off, and there are no snapshots.", "CONFIG SET appendonly yes",
            server =>
            {
                server.BecomeReplica();
                (server.Info["aof_enabled"], server.Settings["save"]) = ("0", "");
            },
            [NoPrimary]
        },
        {
            NoAppendOnlyFile, Warning, "appendonly is off; the server did not report whether it takes snapshots.", "CONFIG SET appendonly yes",
            server =>
            {
                server.Info["aof_enabled"] = "0";
                server.Refuse(ServerReader.ConfigGet, RefusedBy.Rights, "NOPERM …");
            },
            [NotAllowed]
        },
        {
            VersionTooOld, Problem, "The server is Redis 4.0.14.", null,
            server => server.Info["redis_version"] = "4.0.14",
            [NoWaitForDisk]
        },
        {
            NoShardedPubSub, Warning, "The cluster runs Redis 6.2.14, which has no sharded pub/sub.", null,
            server =>
            {
                server.BecomeNode();
                server.Info["redis_version"] = "6.2.14";
            },
            [NoWaitForDisk]
        },
        {
            LongValuesNotCompact, Information, "hash-max-ziplist-value is 64.", "CONFIG SET hash-max-ziplist-value 1024",
            server =>
            {
                server.Info["redis_version"] = "6.2.14";
                server.Settings["hash-max-ziplist-value"] = "64";
                server.Settings.Remove("hash-max-listpack-value");
                server.Settings.Remove("hash-max-listpack-entries");
            },
            [NoWaitForDisk]
        },
    };

    public static TheoryData<Action<RawServer>> NoIlls() => new()
    {
        { server => server.Info["used_memory"] = "800000000" },
        { server => server.Settings["save"] = "" },
        { server => server.Info["slave0"] = "ip=10.0.0.2,port=6380,state=online,offset=1000,lag=5" },
        { server => server.Info["master_repl_offset"] = "10486760" },
        { server => server.Settings["client-output-buffer-limit"] = "normal 0 0 0 pubsub 1048576 0 0 slave 0 0 0" },
        { server => server.Settings["timeout"] = "61" },
        { server => server.Ahead(TimeSpan.FromSeconds(5)) },
        { server => server.Ahead(TimeSpan.FromSeconds(-5)) },
        { server => server.Settings["hash-max-listpack-entries"] = "128" },
        { server => server.Info["valkey_version"] = "8.0.1" },
        { server => server.BecomeNode() },
    };
}
