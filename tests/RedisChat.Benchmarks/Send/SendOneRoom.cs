using RedisChat.Benchmarks.Ratios;

namespace RedisChat.Benchmarks.Send;

/// <summary>Sends per second when everyone writes to one room.</summary>
internal sealed class SendOneRoom : IMetricGroup
{
    private const int Senders = 256;

    public string Name => "send-one-room";

    public bool NeedsOwnServer => false;

    public async Task<IReadOnlyList<Metric>> RunAsync(RunContext run)
    {
        await using var ours = new LibrarySends(run);
        var plain = new PlainHashSends();
        var raw = new RawAppendSends();
        var loads = await Rounds.RunAsync(
            run, TimeSpan.FromSeconds(1.5), [.. new ISendPattern[] { ours, plain, raw }.Select(pattern => SendContenders.InOneRoom(run, Senders, pattern))]);
        return
        [
            Line(plain, 0.8, "the aim beyond the budget is 1.0"),
            Line(raw, 2.5, "the same script, one message a call"),
            Cpu(plain),
            Cpu(raw),
        ];

        Metric Line(ISendPattern reference, double least, string note) => Metric.Ratio(
            $"send, {Senders} senders in one room", "ops/s", loads.PerSecond(ours), reference.Name, loads.PerSecond(reference), Budget.AtLeast(least), note);

        Metric Cpu(ISendPattern reference) => Metric.Ratio(
            $"server CPU a send, {Senders} senders in one room", "µs", loads.ServerMicrosEach(ours), reference.Name, loads.ServerMicrosEach(reference));
    }
}
