using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Benchmarks;

/// <summary>
/// How long after a send has returned its watcher has the message, beside what plain pub/sub of the same client library takes, in turns within the
/// same run. Sender and watcher have a connection each, as two processes would.
/// </summary>
internal static class DeliveryBenchmark
{
    private const int MessagesInRound = 1000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    public static async Task RunAsync(string configuration, int rounds)
    {
        await using var sending = await ConnectionMultiplexer.ConnectAsync(configuration);
        await using var watching = await ConnectionMultiplexer.ConnectAsync(configuration);
        List<double> ours = [], raw = [], fromStart = [], rawFromStart = [];
        await MeasureChatAsync(sending, watching, [], []);
        await MeasureRawAsync(sending, watching, [], []);
        for (var round = 1; round <= rounds; round++)
        {
            await MeasureChatAsync(sending, watching, ours, fromStart);
            await MeasureRawAsync(sending, watching, raw, rawFromStart);
            Console.WriteLine($"round {round} of {rounds} done");
        }

        Print("send returned -> watcher has it", ours, raw);
        Print("send begun -> watcher has it", fromStart, rawFromStart);
    }

    private static async Task MeasureChatAsync(
        ConnectionMultiplexer sending, ConnectionMultiplexer watching, List<double> sinceReturn, List<double> sinceStart)
    {
        await using var sender = new RedisMessageStore(sending);
        await using var watcher = new RedisMessageStore(watching);
        var room = Guid.NewGuid().ToString("n");
        var chat = new Chat(sender);
        using var end = new CancellationTokenSource();
        var received = new long[MessagesInRound];
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = Task.Run(async () =>
        {
            await foreach (var happened in new Chat(watcher).WatchAsync(room, cancellationToken: end.Token))
            {
                ready.TrySetResult();
                if (happened is RoomEvent.Created { Message.Id: var id })
                {
                    received[id - 1] = Stopwatch.GetTimestamp();
                    if (id == MessagesInRound)
                    {
                        return;
                    }
                }
            }
        });
        await ready.Task;
        await SendAsync(i => chat.SendAsync(room, "alice", "hello, this is a message of the usual length in a chat"), reading, received, sinceReturn, sinceStart);
    }

    private static async Task MeasureRawAsync(
        ConnectionMultiplexer sending, ConnectionMultiplexer watching, List<double> sinceReturn, List<double> sinceStart)
    {
        var channel = RedisChannel.Literal(Guid.NewGuid().ToString("n"));
        var publisher = sending.GetSubscriber();
        var queue = await watching.GetSubscriber().SubscribeAsync(channel);
        var received = new long[MessagesInRound];
        var reading = Task.Run(async () =>
        {
            for (var i = 0; i < MessagesInRound; i++)
            {
                await queue.ReadAsync();
                received[i] = Stopwatch.GetTimestamp();
            }
        });
        await SendAsync(
            i => publisher.PublishAsync(channel, "{\"t\":1790000000000000,\"u\":\"alice\",\"c\":\"hello, this is a message of the usual length in a chat\"}"),
            reading, received, sinceReturn, sinceStart);
        await queue.UnsubscribeAsync();
    }

    private static async Task SendAsync(
        Func<int, Task> send, Task reading, long[] received, List<double> sinceReturn, List<double> sinceStart)
    {
        var begun = new long[MessagesInRound];
        var returned = new long[MessagesInRound];
        for (var i = 0; i < MessagesInRound; i++)
        {
            begun[i] = Stopwatch.GetTimestamp();
            await send(i);
            returned[i] = Stopwatch.GetTimestamp();
            await Task.Delay(Pause);
        }

        await reading;
        for (var i = 0; i < MessagesInRound; i++)
        {
            sinceReturn.Add(Stopwatch.GetElapsedTime(returned[i], received[i]).TotalMicroseconds);
            sinceStart.Add(Stopwatch.GetElapsedTime(begun[i], received[i]).TotalMicroseconds);
        }
    }

    private static void Print(string what, List<double> ours, List<double> raw)
    {
        ours.Sort();
        raw.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}, µs: RedisChat p50 {At(ours, 0.5):f0} p99 {At(ours, 0.99):f0} | raw pub/sub p50 {At(raw, 0.5):f0} p99 {At(raw, 0.99):f0}"));

        static double At(List<double> sorted, double share) => sorted[(int)((sorted.Count - 1) * share)];
    }
}
