using System.Globalization;
using static RedisChat.ServerFindingSeverity;

namespace RedisChat.Redis;

/// <summary>Checks what a restart or a crash loses.</summary>
internal static class PersistenceRules
{
    public static IEnumerable<ServerFinding> Find(ServerFacts server) =>
        [.. server.Info["aof_enabled"] == "0" ? WithoutAppendOnlyFile(server) : AppendOnlyFile(server), .. Snapshots(server.Info), .. Loading(server.Info)];

    private static IEnumerable<ServerFinding> WithoutAppendOnlyFile(ServerFacts server)
    {
        if (server.Setting("save") is "")
        {
            var replica = server.Info.Role == ServerRole.Replica;
            yield return new ServerFinding(
                replica ? Warning : Problem, ServerFindingCodes.NoPersistence,
                "Nothing is written to disk: appendonly is off, and there are no snapshots.",
                replica
                    ? "Once it is the primary, a restart loses every message."
                    : "A restart loses every message; replicas copy the empty server.")
                .FixedBySetting("appendonly", "yes");
        }
        else
        {
            yield return new ServerFinding(
                Warning, ServerFindingCodes.NoAppendOnlyFile,
                server.Setting("save") is { } save
                    ? $"appendonly is off; there are only snapshots (save {save}){LastSnapshot(server)}."
                    : "appendonly is off; the server did not report whether it takes snapshots.",
                "A crash loses every message since the last snapshot.")
                .FixedBySetting("appendonly", "yes");
        }
    }

    private static string LastSnapshot(ServerFacts server) =>
        server.Info.Number("rdb_last_save_time") is { } last && server.Clock is { } clock
            ? string.Create(
                CultureInfo.InvariantCulture,
                $", the last one {(clock.Server - DateTimeOffset.FromUnixTimeSeconds(last)).TotalMinutes:0} min and {server.Info["rdb_changes_since_last_save"]} changes ago")
            : "";

    private static IEnumerable<ServerFinding> AppendOnlyFile(ServerFacts server)
    {
        if (server.Info["aof_enabled"] == "1" && server.Setting("appendfsync") is { } fsync and not "always")
        {
            var every = fsync == "everysec";
            yield return new ServerFinding(
                every ? Information : Warning,
                every ? ServerFindingCodes.DiskEverySecond : ServerFindingCodes.DiskNotAwaited,
                $"appendfsync is {fsync}.",
                every
                    ? "A crash of the machine loses about the last second of acknowledged messages."
                    : "A crash of the machine loses everything the operating system has not written yet, usually about half a minute.")
                .FixedBySetting("appendfsync", every ? "always" : "everysec") with
            {
                Advice = every ? "This is a good compromise. With always, each write waits for the disk." : null,
            };
        }

        if (server.Info["aof_last_write_status"] is { } written and not "ok")
        {
            yield return new ServerFinding(
                Problem, ServerFindingCodes.AppendOnlyFileFailed,
                $"The last write to the append-only file failed ({written}).",
                "Redis refuses every send until it can write again.")
            { Advice = "Check the Redis log: usually the disk is full. Redis recovers by itself." };
        }

        if (server.Info["aof_last_bgrewrite_status"] is { } rewritten and not "ok")
        {
            yield return new ServerFinding(
                Warning, ServerFindingCodes.RewriteFailed,
                $"The last rewrite of the append-only file failed ({rewritten}).",
                "The file grows without limit, and so does the restart time.")
            { Command = "BGREWRITEAOF", Advice = "Check the Redis log for the cause first: usually a full disk, or too little memory to fork." };
        }
    }

    private static IEnumerable<ServerFinding> Snapshots(ServerInfo info)
    {
        if (info["rdb_last_bgsave_status"] is { } saved and not "ok")
        {
            yield return new ServerFinding(
                Problem, ServerFindingCodes.SnapshotFailed,
                $"The last snapshot failed ({saved}).",
                "Redis refuses every send until one succeeds (stop-writes-on-bgsave-error), and a new replica cannot synchronize.")
            { Command = "BGSAVE", Advice = "Check the Redis log for the cause first: usually a full disk, or too little memory to fork." };
        }
    }

    private static IEnumerable<ServerFinding> Loading(ServerInfo info)
    {
        if (info["loading"] == "1")
        {
            yield return new ServerFinding(
                Warning, ServerFindingCodes.Loading,
                $"The server is loading its data{(info["loading_eta_seconds"] is { } left ? $" and expects to take {left} s more" : "")}.",
                "Until it is done it refuses every command; sends wait for it, up to ChatOptions.OperationTimeout.")
            { Advice = "Wait, then inspect again: these findings may be incomplete." };
        }
    }
}
