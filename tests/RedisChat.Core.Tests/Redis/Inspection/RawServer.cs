using System.Globalization;
using RedisChat.Redis;

namespace RedisChat.Tests.Redis;

/// <summary>A server's raw answers: those of a well configured primary with a replica, until a test spoils them.</summary>
public sealed class RawServer
{
    public static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public string EndPoint { get; set; } = "redis:6379";

    public Dictionary<string, string> Info { get; } = new()
    {
        ["redis_version"] = "7.2.4",
        ["redis_mode"] = "standalone",
        ["run_id"] = "1a0dac18a9a4ddc7c88ae078cf25be860840c6b8",
        ["used_memory"] = "100000000",
        ["total_system_memory"] = "8000000000",
        ["maxmemory"] = "1000000000",
        ["maxmemory_policy"] = "noeviction",
        ["mem_not_counted_for_evict"] = "8",
        ["loading"] = "0",
        ["rdb_changes_since_last_save"] = "7",
        ["rdb_last_save_time"] = (Now.ToUnixTimeSeconds() - 600).ToString(CultureInfo.InvariantCulture),
        ["rdb_last_bgsave_status"] = "ok",
        ["aof_enabled"] = "1",
        ["aof_last_bgrewrite_status"] = "ok",
        ["aof_last_write_status"] = "ok",
        ["evicted_keys"] = "0",
        ["role"] = "master",
        ["connected_slaves"] = "1",
        ["min_slaves_good_slaves"] = "1",
        ["slave0"] = "ip=10.0.0.2,port=6380,state=online,offset=1000,lag=1",
        ["master_repl_offset"] = "1000",
        ["cluster_enabled"] = "0",
    };

    public Dictionary<string, string> Settings { get; } = new()
    {
        ["save"] = "3600 1 300 100 60 10000",
        ["appendfsync"] = "always",
        ["min-replicas-to-write"] = "1",
        ["client-output-buffer-limit"] = "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
        ["timeout"] = "0",
        ["hash-max-listpack-value"] = "1024",
        ["hash-max-ziplist-value"] = "1024",
        ["hash-max-listpack-entries"] = "512",
        ["hash-max-ziplist-entries"] = "512",
    };

    public string? Cluster { get; set; }

    public string? User { get; set; } = "chat";

    internal ClockReading? Clock { get; set; } = new(Now, Now, Now);

    public List<string> MissingRights { get; } = [];

    internal Dictionary<string, Refusal> Refused { get; } = [];

    /// <summary>Makes it a replica of the same deployment.</summary>
    public void BecomeReplica()
    {
        Info["run_id"] = "0bc308e9c8dadbb03bf2bacd83b4cd5300618bc7";
        Info["role"] = "slave";
        Info["connected_slaves"] = "0";
        Info["master_host"] = "redis";
        Info["master_port"] = "6379";
        Info["master_link_status"] = "up";
        Info["master_sync_in_progress"] = "0";
        Info.Remove("slave0");
        EndPoint = "replica:6380";
    }

    /// <summary>Makes it a node of a cluster.</summary>
    public void BecomeNode()
    {
        Info["redis_mode"] = "cluster";
        Info["cluster_enabled"] = "1";
        Cluster = "cluster_state:ok\r\ncluster_slots_assigned:16384\r\ncluster_slots_ok:16384\r\n";
    }

    public void Ahead(TimeSpan ahead) => Clock = new ClockReading(Now + ahead, Now, Now.AddMilliseconds(1));

    internal void Refuse(string command, RefusedBy by, string words)
    {
        Refused[command] = new Refusal(by, words);
        switch (command)
        {
            case ServerReader.Info:
                Info.Clear();
                break;
            case ServerReader.ConfigGet:
                Settings.Clear();
                break;
            case ServerReader.WhoAmI:
                User = null;
                break;
            case ServerReader.Time:
                Clock = null;
                break;
            default:
                Cluster = null;
                break;
        }
    }

    internal ServerFacts Answers() => new(EndPoint)
    {
        Info = ServerInfo.Parse($"# Server\r\n{string.Concat(Info.Select(field => $"{field.Key}:{field.Value}\r\n"))}\r\n"),
        Settings = Settings,
        MissingRights = MissingRights,
        Cluster = Cluster is null ? null : ServerInfo.Parse(Cluster),
        User = User,
        Clock = Clock,
        Refused = Refused,
    };
}
