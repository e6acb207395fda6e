using System.Globalization;
using System.Text;
using System.Threading.Channels;
using RedisChat.Benchmarks.Ratios;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Delivery;

/// <summary>
/// A handwritten application: plain pub/sub, one <see cref="ChannelMessageQueue"/> whose reader hands each payload to an in-process channel of
/// each watcher. Nothing is stored, checked or parsed.
/// </summary>
internal sealed class RawFanOut(RunContext run, ConnectionMultiplexer watching) : IFanOut
{
    // As much as the library lets a watcher fall behind.
    private const int BufferSize = 1024;

    // Plain PUBLISH does not report when it ran; this publishes the server's time in front of the payload.
    private const string PublishWithTime =
        "local now = redis.call('TIME') return redis.call('PUBLISH', KEYS[1], now[1] .. string.format('%06d', now[2]) .. ' ' .. ARGV[1])";

    public string Name => "pub/sub + channels";

    public static async Task<RawFanOut> ConnectAsync(RunContext run) => new(run, await ConnectionMultiplexer.ConnectAsync(run.Configuration));

    /// <summary>Whether a measurement of times has this message published with the server's time; the others are plain.</summary>
    public static bool IsStamped(int number) => number % 2 == 1;

    public async Task<IFanOutRoom> OpenAsync(int watchers, Reception reception)
    {
        var channel = $"{run.Prefix}:fan-out:{run.NewName()}";
        var queue = await watching.GetSubscriber().SubscribeAsync(RedisChannel.Literal(channel));
        return new Room(run.Database, channel, queue, watchers, reception);
    }

    public ValueTask DisposeAsync() => watching.DisposeAsync();

    private sealed class Room : IFanOutRoom
    {
        private readonly IDatabase _database;
        private readonly string _channel;
        private readonly ChannelMessageQueue _queue;
        private readonly Reception _reception;
        private readonly Channel<RedisValue>[] _buffers;
        private readonly Task _reading;

        public Room(IDatabase database, string channel, ChannelMessageQueue queue, int watchers, Reception reception)
        {
            _database = database;
            _channel = channel;
            _queue = queue;
            _reception = reception;
            _buffers = [.. Enumerable.Range(0, watchers).Select(_ => Channel.CreateBounded<RedisValue>(
                new BoundedChannelOptions(BufferSize) { SingleReader = true, SingleWriter = true }))];
            _reading = Task.WhenAll([Task.Run(HandOutAsync), .. Enumerable.Range(0, watchers).Select(watcher => Task.Run(() => WatchAsync(watcher)))]);
        }

        // The payload is as long as ours, and begins with the time of its publication, if known, and the message's number.
        public Task SendAsync(int number)
        {
            var payload = string.Create(
                CultureInfo.InvariantCulture, $$"""{{FanOutText.Of(number)}} {"t":1795418409447122,"u":"alice","c":""}""");
            return _reception.IsNumbered && IsStamped(number)
                ? _database.ScriptEvaluateAsync(PublishWithTime, [_channel], [payload])
                : _database.PublishAsync(RedisChannel.Literal(_channel), $"0 {payload}");
        }

        public async ValueTask DisposeAsync()
        {
            await _queue.UnsubscribeAsync();
            await _reading;
        }

        private async Task HandOutAsync()
        {
            await foreach (var message in _queue)
            {
                foreach (var buffer in _buffers)
                {
                    await buffer.Writer.WriteAsync(message.Message);
                }
            }

            foreach (var buffer in _buffers)
            {
                buffer.Writer.Complete();
            }
        }

        private async Task WatchAsync(int watcher)
        {
            await foreach (var payload in _buffers[watcher].Reader.ReadAllAsync())
            {
                var (number, published) = _reception.IsNumbered ? Read(((ReadOnlyMemory<byte>)payload).Span) : default;
                _reception.Received(watcher, number, published);
            }
        }

        private static (int Number, long Published) Read(ReadOnlySpan<byte> payload)
        {
            var space = payload.IndexOf((byte)' ');
            return (FanOutText.NumberOf(payload[(space + 1)..]), long.Parse(Encoding.ASCII.GetString(payload[..space]), CultureInfo.InvariantCulture));
        }
    }
}
