using System.Globalization;
using static RedisChat.ServerFindingSeverity;

namespace RedisChat.Redis;

/// <summary>What happens when memory is full, and how near that is.</summary>
internal static class MemoryRules
{
    private const double NearlyFull = 0.8;

    // A fork for a snapshot can take as much again of what changes meanwhile.
    private const double ShareOfMachine = 0.75;

    public static IEnumerable<ServerFinding> Find(ServerFacts server) =>
        [.. Eviction(server.Info), .. server.Info.Number("maxmemory") == 0 ? Unlimited(server.Info) : HeadRoom(server.Info)];

    private static IEnumerable<ServerFinding> Eviction(ServerInfo info)
    {
        var policy = info["maxmemory_policy"] ?? "";
        if (RedisRequirements.EvictsMessages(info))
        {
            yield return new ServerFinding(
                Problem, ServerFindingCodes.EvictionDeletesMessages,
                $"maxmemory-policy is {policy}.",
                "When memory is full Redis deletes messages, counters and whole rooms, without an error to anyone.")
                .FixedBySetting("maxmemory-policy", "noeviction");
        }
        else if (policy.StartsWith("volatile-", StringComparison.Ordinal))
        {
            yield return new ServerFinding(
                Warning, ServerFindingCodes.EvictionForgetsKeys,
                $"maxmemory-policy is {policy}.",
                "When memory is full Redis deletes idempotency keys early: a repeated send may be stored twice.")
                .FixedBySetting("maxmemory-policy", "noeviction");
        }

        if (info.Number("evicted_keys") is > 0 and var evicted)
        {
            yield return new ServerFinding(
                Warning, ServerFindingCodes.KeysWereEvicted,
                $"{evicted} keys have been deleted for want of memory.",
                "If they were the chat's, messages or idempotency keys are gone.")
            {
                Command = "CONFIG RESETSTAT",
                Advice = "Fix the memory policy and find out whose keys they were; the command only sets the count back.",
            };
        }
    }

    private static IEnumerable<ServerFinding> Unlimited(ServerInfo info)
    {
        var finding = new ServerFinding(
            Warning, ServerFindingCodes.MemoryUnlimited,
            $"maxmemory is 0: Redis may use more memory than there is{(info.Number("total_system_memory") is { } total ? $" ({Bytes(total)})" : "")}.",
            "Messages stay until they are deleted. When the machine has no memory left it kills Redis; at a limit only sends fail.");
        var limit = (long)((info.Number("total_system_memory") ?? 0) * ShareOfMachine);
        yield return info.Number("used_memory") < limit * NearlyFull
            ? finding.FixedBySetting("maxmemory", limit.ToString(CultureInfo.InvariantCulture)) with
            {
                Advice = "The value is three quarters of the machine; take less where other programs or a container share or limit it.",
            }
            : finding with { Advice = "Set maxmemory to what Redis may use, on a machine with more memory than that." };
    }

    private static IEnumerable<ServerFinding> HeadRoom(ServerInfo info)
    {
        // What replicas and the append-only file have not read yet is not counted against the limit.
        var used = info.Number("used_memory") - (info.Number("mem_not_counted_for_evict") ?? 0);
        var limit = info.Number("maxmemory");
        if (used is not { } usedBytes || limit is not { } limitBytes || usedBytes < limitBytes * NearlyFull)
        {
            yield break;
        }

        var what = $"{Bytes(usedBytes)} of {Bytes(limitBytes)} of memory are used.";
        var finding = usedBytes >= limitBytes
            ? new ServerFinding(
                Problem, ServerFindingCodes.MemoryFull, what,
                "Sends and edits fail with ChatStoreFullException, or keys are deleted, as maxmemory-policy says.")
            : new ServerFinding(
                Warning, ServerFindingCodes.MemoryNearlyFull, what,
                "When it is full, sends and edits fail with ChatStoreFullException, or keys are deleted, as maxmemory-policy says.");
        var more = usedBytes * 2;
        yield return more <= info.Number("total_system_memory") * ShareOfMachine
            ? finding.FixedBySetting("maxmemory", more.ToString(CultureInfo.InvariantCulture)) with { Advice = "Or delete old rooms." }
            : finding with { Advice = "Delete old rooms, or give Redis a machine with more memory and raise maxmemory." };
    }

    private static string Bytes(long count) => count switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{count / (double)(1L << 30):0.#} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{count / (double)(1L << 20):0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{count:N0} bytes"),
    };
}
