using RedisChat.Benchmarks.Ratios;
using RedisChat.Benchmarks.Texts;

namespace RedisChat.Benchmarks.Memory;

/// <summary>Bytes of Redis for each message, by <c>used_memory</c>, with the server's default configuration. Not timed, so once is enough.</summary>
internal sealed class MemoryAMessage : IMetricGroup
{
    private const int Messages = 100_000;
    private const int SmallRooms = 1000;
    private const int UsersOfLargeRoom = 64;
    private const int UsersOfSmallRoom = 8;

    public string Name => "memory";

    public bool NeedsOwnServer => true;

    public async Task<IReadOnlyList<Metric>> RunAsync(RunContext run)
    {
        var texts = NaturalTexts.Embedded;
        run.Progress.Say("one room");
        var large = await MemoryUse.MeasureAsync(run, texts, 1, Messages, UsersOfLargeRoom);
        run.Progress.Say($"{SmallRooms} rooms");
        var small = await MemoryUse.MeasureAsync(run, texts, SmallRooms, Messages / SmallRooms, UsersOfSmallRoom);
        var inLarge = $"{Messages:n0} in one room, {UsersOfLargeRoom} users";
        List<Metric> lines =
        [
            Line($"open, {inLarge}", large.Lasting, Budget.AtMost(255)),
            await SealedLineAsync(run, texts, inLarge),
            Line($"{SmallRooms:n0} rooms × {Messages / SmallRooms}, {UsersOfSmallRoom} users in each", small.Lasting, Budget.AtMost(265)),
            Line($"idempotency keys, which expire, {inLarge}", large.Expiring, null),
        ];
        if (FortuneTexts.TryRead() is { } fortunes)
        {
            run.Progress.Say("other texts");
            lines.Add(Line($"open, {inLarge}, texts of fortunes", (await MemoryUse.MeasureAsync(run, fortunes, 1, Messages, UsersOfLargeRoom)).Lasting, null));
            if (SealedHistory.Configure is { } configure)
            {
                var use = await MemoryUse.MeasureAsync(run, fortunes, 1, Messages, UsersOfLargeRoom, configure, SealedHistory.CompletedAsync);
                lines.Add(Line($"sealed, {inLarge}, texts of fortunes", use.Lasting, null));
            }
        }

        return lines;
    }

    private static async Task<Metric> SealedLineAsync(RunContext run, NaturalTexts texts, string where)
    {
        var budget = Budget.AtMost(110);
        if (SealedHistory.Configure is not { } configure)
        {
            return Metric.Missing($"Redis bytes a message, sealed, {where}", "B", budget, "not built");
        }

        run.Progress.Say("one room, sealed");
        var use = await MemoryUse.MeasureAsync(run, texts, 1, Messages, UsersOfLargeRoom, configure, SealedHistory.CompletedAsync);
        return Line($"sealed, {where}", use.Lasting, budget);
    }

    private static Metric Line(string what, double bytes, Budget? budget) => Metric.Absolute(
        $"Redis bytes a message, {what}", "B", [bytes], budget, $"texts of up to {NaturalTexts.MaxBytes} bytes, cut between words");
}
