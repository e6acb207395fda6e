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
        run.Progress.Say("one room");
        var open = await LargeAsync(NaturalTexts.Embedded, SealedHistory.Off);
        run.Progress.Say("one room, sealed");
        var sealedUse = await LargeAsync(NaturalTexts.Embedded, SealedHistory.AtOnce);
        run.Progress.Say($"{SmallRooms} rooms");
        var small = await MemoryUse.MeasureAsync(run, NaturalTexts.Embedded, SmallRooms, Messages / SmallRooms, UsersOfSmallRoom, SealedHistory.Off);
        var inLarge = $"{Messages:n0} in one room, {UsersOfLargeRoom} users";
        List<Metric> lines =
        [
            Line($"open, {inLarge}", open.Lasting, Budget.AtMost(255)),
            Line($"sealed, {inLarge}", sealedUse.Lasting, Budget.AtMost(110)),
            Line($"{SmallRooms:n0} rooms × {Messages / SmallRooms}, {UsersOfSmallRoom} users in each", small.Lasting, Budget.AtMost(265)),
            Line($"idempotency keys, which expire, {inLarge}", open.Expiring, null),
        ];
        if (FortuneTexts.TryRead() is { } fortunes)
        {
            run.Progress.Say("other texts");
            lines.Add(Line($"open, {inLarge}, texts of fortunes", (await LargeAsync(fortunes, SealedHistory.Off)).Lasting, null));
            lines.Add(Line($"sealed, {inLarge}, texts of fortunes", (await LargeAsync(fortunes, SealedHistory.AtOnce)).Lasting, null));
        }

        return lines;

        Task<MemoryUse> LargeAsync(NaturalTexts texts, Action<RedisStoreOptions> configure) =>
            MemoryUse.MeasureAsync(run, texts, 1, Messages, UsersOfLargeRoom, configure);
    }

    private static Metric Line(string what, double bytes, Budget? budget) => Metric.Absolute(
        $"Redis bytes a message, {what}", "B", [bytes], budget, $"texts of up to {NaturalTexts.MaxBytes} bytes, cut between words");
}
