using RedisChat.Benchmarks.Delivery;
using RedisChat.Benchmarks.Ratios;
using RedisChat.Benchmarks.Web.Clients;
using RedisChat.Benchmarks.Web.Nodes;

namespace RedisChat.Benchmarks.Web;

/// <summary>Very many clients, each in one room of some.</summary>
/// <remarks>
/// Each contender has a node of its own, whose connections stay open throughout, and another process that sends: the node's processor time is that of delivery
/// alone. The time of publication is ours to within the script that stores the message; the plain hub's is taken as it begins to publish.
/// </remarks>
internal sealed class WebConnections : IMetricGroup
{
    private const int Clients = 2000;
    private const int Rooms = 50;
    private const int PerSecond = 200;

    public string Name => "web-connections";

    public bool NeedsOwnServer => false;

    public async Task<IReadOnlyList<Metric>> RunAsync(RunContext run)
    {
        OpenFiles.Require(3 * Clients);
        await using var streams = await EventStreams.StartAsync(run);
        await using var hub = await OurHub.StartAsync(run);
        await using var plain = await PlainHub.StartAsync(run);
        using var ofStreams = await OpenAsync(streams);
        using var ofHub = await OpenAsync(hub);
        using var ofPlain = await OpenAsync(plain);
        foreach (var crowd in new[] { ofStreams, ofHub, ofPlain })
        {
            await crowd.WarmUpAsync(PerSecond, FanOutText.Of);
        }

        var figures = await Ratios.Rounds.RunAsync(run, TimeSpan.FromSeconds(2), [.. new[] { ofStreams, ofHub, ofPlain }.Select(Contender)]);
        return [.. Lines(ofStreams, 1.0), .. Lines(ofHub, 1.1)];

        static Task<Crowd> OpenAsync(WebTarget target) => Crowd.OpenAsync(target, Clients, Rooms, isInAllRooms: false);

        static Contender<WebFigures> Contender(Crowd crowd) =>
            new(crowd.Target.Name, duration => crowd.MeasureAsync(duration, PerSecond, FanOutText.Of));

        IEnumerable<Metric> Lines(Crowd ours, double most)
        {
            var name = $"{ours.Target.Name}, {Clients:n0} connections in {Rooms} rooms, {PerSecond} messages/s";
            var (our, other) = (figures[ours.Target.Name], figures[plain.Name]);
            yield return WebLines.P50(name, our, plain.Name, other, most);
            yield return WebLines.P99(name, our, plain.Name, other, most);
            yield return WebLines.Cpu(name, our, plain.Name, other, 1.0);
            yield return WebLines.Memory(name, ours, our, ofPlain, other, 1.0);
        }
    }
}
