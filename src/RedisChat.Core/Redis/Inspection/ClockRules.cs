using System.Globalization;
using static RedisChat.ServerFindingSeverity;

namespace RedisChat.Redis;

/// <summary>Checks whether the clocks agree. Message times come from the server's clock.</summary>
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
                "Message times come from the server, so they look wrong next to this application's own times.")
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
                string.Create(CultureInfo.InvariantCulture, $"The clock of {byClock[^1].EndPoint} is {apart.TotalSeconds:0.#} s ahead of the clock of {byClock[0].EndPoint}."),
                "Message times jump at a failover.")
            { Advice = Advice };
        }
    }

    private static string Say(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
