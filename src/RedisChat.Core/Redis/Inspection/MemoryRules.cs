using System.Globalization;
using static RedisChat.ServerFindingSeverity;

namespace RedisChat.Redis;

/// <summary>Checks how full memory is, and what happens when it is full.</summary>
internal static class MemoryRules
{
    private const double NearlyFull = 0.8;

    // While a fork writes a snapshot, every page that changes takes up memory twice.
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
                "When memory is full, Redis deletes messages, counters and whole rooms without reporting an error.")
                .FixedBySetting("maxmemory-policy", "noeviction");
        }
        else if (policy.StartsWith("volatile-", StringComparison.Ordinal))
        {
            yield return new ServerFinding(
                Warning, ServerFindingCodes.EvictionForgetsKeys,
                $"maxmemory-policy is {policy}.",
                "When memory is full, Redis deletes idempotency keys early: a repeated send may be stored twice.")
                .FixedBySetting("maxmemory-policy", "noeviction");
        }

        if (info.Number("evicted_keys") is > 0 and var evicted)
        {
            yield return new ServerFinding(
                Warning, ServerFindingCodes.KeysWereEvicted,
                $"{evicted} keys have been evicted because memory was full.",
                "If they belonged to the chat, messages or idempotency keys are gone.")
            {
                Command = "CONFIG RESETSTAT",
                Advice = "Fix the memory policy and find out whose keys they were; the command only resets the counter.",
            };
        }
    }

    private static IEnumerable<ServerFinding> Unlimited(ServerInfo info)
    {
        var finding = new ServerFinding(
            Warning, ServerFindingCodes.MemoryUnlimited,
            $"maxmemory is 0: Redis may use more memory than the machine has{(info.Number("total_system_memory") is { } total ? $" ({Bytes(total)})" : "")}.",
            "Messages stay until they are deleted. When the machine runs out of memory, it kills Redis; with a limit, only sends fail.");
        var limit = (long)((info.Number("total_system_memory") ?? 0) * ShareOfMachine);
        yield return info.Number("used_memory") < limit * NearlyFull
            ? finding.FixedBySetting("maxmemory", limit.ToString(CultureInfo.InvariantCulture)) with
            {
                Advice = "The value is three quarters of the machine's memory; use less if other programs share it or a container limits it.",
            }
            : finding with { Advice = "Set maxmemory to the memory that Redis may use, on a machine that has more." };
    }

    private static IEnumerable<ServerFinding> HeadRoom(ServerInfo info)
    {
        // Buffers that replicas and the append-only file have not consumed do not count toward the limit.
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
                "When memory is full, sends and edits fail with ChatStoreFullException, or keys are deleted, as maxmemory-policy says.");
        var more = usedBytes * 2;
        yield return more <= info.Number("total_system_memory") * ShareOfMachine
            ? finding.FixedBySetting("maxmemory", more.ToString(CultureInfo.InvariantCulture)) with { Advice = "Or delete old rooms." }
            : finding with { Advice = "Delete old rooms, or move Redis to a machine with more memory and raise maxmemory." };
    }

    private static string Bytes(long count) => count switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{count / (double)(1L << 30):0.#} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{count / (double)(1L << 20):0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{count:N0} bytes"),
    };
}
