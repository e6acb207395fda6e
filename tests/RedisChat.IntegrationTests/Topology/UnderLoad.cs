using RedisChat.Conformance;
using RedisChat.IntegrationTests.Live;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Topology;

/// <summary>A sender and a watcher of one room, while something happens to their servers.</summary>
internal static class UnderLoad
{
    public const string Room = "lobby";

    private const int SomeMessages = 200;

    /// <summary>The watcher must receive everything that was acknowledged.</summary>
    /// <param name="configuration">How to connect.</param>
    /// <param name="happens">The steps of the fault; messages flow before, between and after them.</param>
    public static Task LosesNothingAsync(string configuration, params Func<Task>[] happens) =>
        RunAsync(configuration, happens, WatchedRoom.ShouldBeWholeAsync);

    /// <summary>The watcher must end with the store's content, and must have received a gap if something was lost.</summary>
    /// <param name="configuration">How to connect.</param>
    /// <param name="happens">The steps of the fault; messages flow before, between and after them.</param>
    public static Task AgreesAsync(string configuration, params Func<Task>[] happens) =>
        RunAsync(configuration, happens, WatchedRoom.ShouldAgreeAsync);

    private static async Task RunAsync(string configuration, Func<Task>[] happens, Func<string, Flow, WatchLog, IMessageStore, Task> check)
    {
        await using var watching = Open(configuration);
        await using var sending = Open(configuration);
        await using var log = new WatchLog(watching.WatchAsync(Room));
        await log.CaughtUpAsync();

        await using var flow = new Flow(new Chat(sending, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) }), Room);
        foreach (var step in happens)
        {
            await flow.UntilSentAsync(flow.Sent + SomeMessages);
            await step();
        }

        await flow.UntilSentAsync(flow.Sent + SomeMessages);
        await check(Room, flow, log, sending);
    }

    private static RedisMessageStore Open(string configuration) => new(
        ConfigurationOptions.Parse(configuration), new RedisStoreOptions { LiveProbeInterval = TimeSpan.FromMilliseconds(500) });
}
