using System.Diagnostics;
using RedisChat.Benchmarks.Delivery;
using RedisChat.Benchmarks.Ratios;
using RedisChat.Benchmarks.Web.Clients;
using RedisChat.Benchmarks.Web.Nodes;

namespace RedisChat.Benchmarks.Web;

/// <summary>
/// Clients that come back at once to a node that has not served their rooms before, as after the end of another node. A plain hub has no figure: what its clients missed is lost.
/// </summary>
internal sealed class WebReturn : IMetricGroup
{
    private const int Clients = 2000;
    private const int Rooms = 50;
    private const int Behind = 100;
    private const int CommandsShown = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public string Name => "web-return";

    // It counts the server's commands.
    public bool NeedsOwnServer => true;

    public async Task<IReadOnlyList<Metric>> RunAsync(RunContext run)
    {
        OpenFiles.Require(Clients);
        await using var streams = await EventStreams.StartAsync(run);
        var figures = (await Ratios.Rounds.RunAsync(run, TimeSpan.Zero, new Contender<Return>(streams.Name, _ => MeasureAsync(streams))))[streams.Name];
        var name = $"{streams.Name}, {Clients:n0} clients in {Rooms} rooms come back {Behind} messages behind";
        return
        [
            Metric.Absolute(
                $"{name}, until all have caught up", "s", [.. figures.Select(figure => figure.Took.TotalSeconds)], Budget.AtMost(1),
                FormattableString.Invariant($"from the first request on; before that, {Median(figure => figure.Connecting.TotalSeconds):f2} s to connect the sockets; CPU of the node {Median(figure => figure.Cpu.TotalSeconds):f2} s")),
            Metric.Absolute(
                $"{name}, Redis commands", "commands", [.. figures.Select(figure => (double)figure.Commands.Values.Sum())], Budget.AtMost(500),
                FormattableString.Invariant($"{Most(figures[^1].Commands)}; {Median(figure => figure.RedisBytes / 1e6):f1} MB from Redis; those within scripts included")),
        ];

        double Median(Func<Return, double> read) => Spread.Of([.. figures.Select(read)]).Median;

        static string Most(Dictionary<string, long> commands) =>
            string.Join(", ", commands.OrderByDescending(command => command.Value).Take(CommandsShown).Select(command => $"{command.Value} {command.Key}"));
    }

    private static async Task<Return> MeasureAsync(EventStreams streams)
    {
        var run = streams.Run;
        string[] rooms = [.. Enumerable.Range(0, Rooms).Select(_ => run.NewName())];
        var seen = new Dictionary<string, RoomPosition>();
        foreach (var room in rooms)
        {
            seen[room] = (await streams.Sender.SendAsync(room, "alice", FanOutText.Of(0), run.Ending)).Position;
            await streams.Sender.SendManyAsync(room, [.. Enumerable.Range(1, Behind).Select(number => new NewMessage("alice", FanOutText.Of(number)))], run.Ending);
        }

        var start = Stopwatch.GetTimestamp();
        using var crowd = await Crowd.ConnectAsync(streams, rooms, Clients);
        var connecting = Stopwatch.GetElapsedTime(start);
        var arrivals = crowd.Expect(Behind);
        Opening[] openings = [.. Enumerable.Range(0, Clients).Select(number => streams.Open(Crowd.UserName(number), crowd.RoomOf(number), seen[crowd.RoomOf(number)]))];
        await run.Server.ResetStatisticsAsync();
        var cpu = streams.Node.ProcessorTime;
        start = Stopwatch.GetTimestamp();
        for (var number = 0; number < Clients; number++)
        {
            crowd.Clients[number].Begin(openings[number]);
        }

        await Task.WhenAll(crowd.Clients.Select(client => client.Ready));
        var took = Stopwatch.GetElapsedTime(start);
        cpu = streams.Node.ProcessorTime - cpu;
        await arrivals.CompletedAsync(Patience, run.Ending);
        return new(took, connecting, cpu, await run.Server.CommandsAsync(), await run.Server.OutputBytesAsync());
    }

    private sealed record Return(TimeSpan Took, TimeSpan Connecting, TimeSpan Cpu, Dictionary<string, long> Commands, double RedisBytes);
}
