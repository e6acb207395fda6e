using RedisChat.Benchmarks.Delivery;
using RedisChat.Benchmarks.Ratios;
using RedisChat.Benchmarks.Web.Clients;
using RedisChat.Benchmarks.Web.Nodes;

namespace RedisChat.Benchmarks.Web;

/// <summary>Clients that are in many rooms by one connection each.</summary>
internal sealed class WebRooms : IMetricGroup
{
    private const int Clients = 200;
    private const int Rooms = 50;
    private const int PerSecond = 100;

    public string Name => "web-rooms";

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

        var figures = await Ratios.Rounds.RunAsync(run, TimeSpan.FromSeconds(1.5), [.. new[] { ofStreams, ofHub, ofPlain }.Select(Contender)]);
        return [.. Lines(ofStreams), .. Lines(ofHub)];

        static Task<Crowd> OpenAsync(WebTarget target) => Crowd.OpenAsync(target, Clients, Rooms, isInAllRooms: true);

        static Contender<WebFigures> Contender(Crowd crowd) =>
            new(crowd.Target.Name, duration => crowd.MeasureAsync(duration, PerSecond, FanOutText.Of));

        IEnumerable<Metric> Lines(Crowd ours)
        {
            var name = $"{ours.Target.Name}, {Clients} connections with the same {Rooms} rooms each, {PerSecond} messages/s";
            var (our, other) = (figures[ours.Target.Name], figures[plain.Name]);
            yield return WebLines.P99(name, our, plain.Name, other, 1.2);
            yield return WebLines.Cpu(name, our, plain.Name, other, null);
            yield return WebLines.Memory(name, ours, our, ofPlain, other, null);
        }
    }
}
