using System.Globalization;
using static RedisChat.ServerFindingSeverity;

namespace RedisChat.Redis;

/// <summary>Whether the clocks agree. The times of messages come from the server's.</summary>
internal static class ClockRules
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    private const string Advice = "Run a time service (chrony, systemd-timesyncd) on all machines.";

    public static IEnumerable<ServerFinding> Find(ServerFacts server)
    {
        if (server.Clock is { } clock && clock.Ahead.Duration() > Tolerance)
        {
            yield return new ServerFinding(
                Warning, ServerFindingCodes.ClockDiffers,
                $"The server's clock says {Say(clock.Server)}, this process's {Say(clock.Answered)}.",
                "The times of messages come from the server: they look wrong beside the times of this application.")
            { Advice = Advice };
        }
    }

    public static IEnumerable<ServerFinding> FindTogether(IReadOnlyList<ServerFacts> servers)
    {
        var byClock = servers.Where(server => server.Clock is not null).OrderBy(server => server.Clock!.Ahead).ToList();
        if (byClock.Count > 1 && byClock[^1].Clock!.Ahead - byClock[0].Clock!.Ahead is var apart && apart > Tolerance)
        {
            yield return new ServerFinding(
                Warning, ServerFindingCodes.ServerClocksDiffer,
                string.Create(CultureInfo.InvariantCulture, $"The clock of {byClock[^1].EndPoint} is {apart.TotalSeconds:0.#} s ahead of that of {byClock[0].EndPoint}."),
                "The times of messages jump at a fail-over.")
            { Advice = Advice };
        }
    }

    private static string Say(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
