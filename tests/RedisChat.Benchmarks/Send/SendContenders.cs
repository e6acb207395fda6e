using RedisChat.Benchmarks.Ratios;

namespace RedisChat.Benchmarks.Send;

/// <summary>Turns ways to send into contenders.</summary>
internal static class SendContenders
{
    /// <summary>Senders that each start in a new room of their own for every measurement.</summary>
    public static Contender<Load> InRooms(RunContext run, int senders, ISendPattern pattern) =>
        Of(run, [.. Enumerable.Range(0, senders)], pattern);

    /// <summary>Senders that all use one room, a new one for each measurement.</summary>
    public static Contender<Load> InOneRoom(RunContext run, int senders, ISendPattern pattern) =>
        Of(run, new int[senders], pattern);

    private static Contender<Load> Of(RunContext run, int[] roomOfSender, ISendPattern pattern) => new(pattern.Name, async duration =>
    {
        var names = new string[roomOfSender.Max() + 1];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = run.NewName();
        }

        var send = await pattern.PrepareAsync(run, [.. roomOfSender.Select(room => names[room])]);

        // A room's first message costs more than the others and must not count.
        await Task.WhenAll(Enumerable.Range(0, roomOfSender.Length).Select(send));
        return await Load.RunAsync(run, roomOfSender.Length, duration, send);
    });

    public static IReadOnlyList<double> PerSecond(this Dictionary<string, List<Load>> loads, ISendPattern pattern) =>
        [.. loads[pattern.Name].Select(load => load.PerSecond)];

    public static IReadOnlyList<double> ServerMicrosEach(this Dictionary<string, List<Load>> loads, ISendPattern pattern) =>
        [.. loads[pattern.Name].Select(load => load.ServerMicrosEach)];
}
