using System.Buffers;
using System.Globalization;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Send;

/// <summary>
/// One sender that calls the library's own script, with nothing around it: keys and arguments are prepared once, and sent again and again. It does the
/// same work in Redis, so what the library costs in the process is the difference. Not for concurrent use: the arguments of a call under way
/// must stay as they are. All that depends on the script's keys and arguments is here.
/// </summary>
internal sealed class RawAppend
{
    private readonly IDatabase _database;
    private readonly KeyNames _scheme;
    private readonly Sender _sender;
    private readonly SharedRoom _room;
    private readonly RedisKey[] _keys = new RedisKey[6];
    private readonly RedisValue[] _arguments;
    private long _bucket;
    private long _window = DateTimeOffset.UtcNow.ToUnixTimeSeconds() / WindowSeconds;
    private string _epoch = "";
    private long _sent;

    public RawAppend(IDatabase database, KeyNames scheme, Sender sender, SharedRoom room)
    {
        _database = database;
        _scheme = scheme;
        _sender = sender;
        _room = room;
        _keys[0] = scheme.Room(sender.Room);
        _keys[4] = scheme.Live(sender.Room);
        _keys[5] = scheme.Author(sender.Room, sender.User);
        _arguments = [0, 0, WindowSeconds, "PUBLISH", "", 0, "", 0, 6, Tail()];
        Guess();

        byte[] Tail()
        {
            var json = new ArrayBufferWriter<byte>();
            MessageJson.WriteTailOfNew(json, new NewMessage(sender.User, sender.Text));
            return json.WrittenSpan.ToArray();
        }
    }

    private static long WindowSeconds { get; } = (long)new RedisStoreOptions().IdempotencyWindow.TotalSeconds;

    public async Task SendAsync()
    {
        // The key of the call, as long as the library's.
        _arguments[6] = string.Create(CultureInfo.InvariantCulture, $"{_sender.User}-{_sent++:x6}");
        if (_room.NextBucket != _bucket)
        {
            Guess();
        }

        while (true)
        {
            // 'epoch revision id time', or where the guess was wrong {last id, window, epoch}.
            var reply = await _database.ScriptEvaluateAsync(AppendCall.Script.Text, _keys, _arguments);
            if (reply.Length < 0)
            {
                var words = ((string)reply!).Split(' ');
                _room.Raise(long.Parse(words[2], CultureInfo.InvariantCulture));
                _epoch = words[0];
                return;
            }

            _room.Raise((long)reply[0]);
            _window = (long)reply[1];
            _epoch = (string)reply[2]!;
            Guess();
        }
    }

    private void Guess()
    {
        _bucket = _room.NextBucket;
        _keys[1] = _scheme.Bucket(_sender.Room, _bucket);
        _keys[2] = _scheme.Bucket(_sender.Room, _bucket + 1);
        _keys[3] = _scheme.Sent(_sender.Room, _window);
        _arguments[0] = _bucket;
        _arguments[1] = _window;
        _arguments[4] = _epoch == "" ? "1" : _epoch;
        _arguments[5] = _epoch == "" ? -1 : _room.Last;
    }

    /// <summary>The room's state as seen by all its senders, as in one process of the library.</summary>
    internal sealed class SharedRoom
    {
        private long _last;

        public long Last => Volatile.Read(ref _last);

        public long NextBucket => (Last + 1) / Buckets.Size;

        public void Raise(long last)
        {
            for (long seen; (seen = Last) < last && Interlocked.CompareExchange(ref _last, last, seen) != seen;)
            {
            }
        }
    }
}
