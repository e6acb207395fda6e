using System.Globalization;
using RedisChat.Benchmarks.Ratios;
using RedisChat.Benchmarks.Web.Clients;
using RedisChat.Benchmarks.Web.Nodes;

namespace RedisChat.Benchmarks.Web;

/// <summary>What a client that reads nothing does to the others of its room.</summary>
internal sealed class WebSlow : IMetricGroup
{
    private const int Clients = 50;
    private const int PerSecond = 400;
    private const string WithStuck = " + one that never reads";

    private static readonly string Text = new('x', 3000);

    public string Name => "web-slow";

    public bool NeedsOwnServer => false;

    public async Task<IReadOnlyList<Metric>> RunAsync(RunContext run)
    {
        await using var streams = await EventStreams.StartAsync(run);
        await using var plain = await PlainHub.StartAsync(run);
        using var ofStreams = await OpenAsync(streams);
        using var ofPlain = await OpenAsync(plain);
        foreach (var crowd in new[] { ofStreams, ofPlain })
        {
            await crowd.WarmUpAsync(PerSecond, TextOf);
        }

        var figures = await Ratios.Rounds.RunAsync(
            run, TimeSpan.FromSeconds(1), [.. new[] { ofStreams, ofPlain }.SelectMany(crowd => new[] { Alone(crowd), Disturbed(crowd) })]);
        return [Line(streams, 1.3), Line(plain, null)];

        static Task<Crowd> OpenAsync(WebTarget target) => Crowd.OpenAsync(target, Clients, rooms: 1, isInAllRooms: false);

        Metric Line(WebTarget target, double? most) => WebLines.P99(
            $"{target.Name}, {Clients} clients beside one that never reads, {PerSecond} messages/s of {Text.Length:n0} bytes",
            figures[target.Name + WithStuck], "without it", figures[target.Name], most);
    }

    private static Contender<WebFigures> Alone(Crowd crowd) => new(crowd.Target.Name, duration => crowd.MeasureAsync(duration, PerSecond, TextOf));

    private static Contender<WebFigures> Disturbed(Crowd crowd) => new(crowd.Target.Name + WithStuck, async duration =>
    {
        using var stuck = await WebClient.ConnectAsync(crowd.Target, crowd, WebClient.NoNumber, isStuck: true);
        stuck.Begin(crowd.Target.Open("stuck", crowd.Rooms));
        await stuck.Ready;
        return await crowd.MeasureAsync(duration, PerSecond, TextOf, stuck);
    });

    private static string TextOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{number} {Text}");
}
