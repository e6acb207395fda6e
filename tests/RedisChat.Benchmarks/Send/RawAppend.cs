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
    // The script's ARGV[+2] of the first message, behind its nine fixed ones: each send must have another one, or it is a repetition.
    private const int IdempotencyField = 10;

    private readonly IDatabase _database;
    private readonly Sender _sender;
    private readonly SharedRoom _room;
    private readonly AppendCall _call;
    private long _bucket;
    private long _window = DateTimeOffset.UtcNow.ToUnixTimeSeconds() / WindowSeconds;
    private string _epoch = "";
    private long _sent;

    public RawAppend(IDatabase database, IRoomKeyScheme scheme, Sender sender, SharedRoom room)
    {
        _database = database;
        _sender = sender;
        _room = room;
        _call = new AppendCall(scheme, sender.Room, [new NewMessage(sender.User, sender.Text) { IdempotencyKey = "" }], WindowSeconds, "PUBLISH");
        Guess();
    }

    private static long WindowSeconds { get; } = (long)new RedisStoreOptions().IdempotencyWindow.TotalSeconds;

    public async Task SendAsync()
    {
        // As long as the library's random ones.
        _call.Arguments[IdempotencyField] = string.Create(CultureInfo.InvariantCulture, $"{_sender.User}\n{_sent++:d16}");
        if (_room.NextBucket != _bucket)
        {
            Guess();
        }

        while (true)
        {
            // {1, epoch, revision, time, id}, or where the guess was wrong {0, last id, window, epoch}.
            var reply = (RedisResult[])(await _database.ScriptEvaluateAsync(LuaScripts.MessageAppend, _call.Keys, _call.Arguments))!;
            if ((int)reply[0] == 1)
            {
                _room.Raise((long)reply[4]);
                return;
            }

            _room.Raise((long)reply[1]);
            _window = (long)reply[2];
            _epoch = (string)reply[3]!;
            Guess();
        }
    }

    private void Guess()
    {
        _bucket = _room.NextBucket;
        _call.Guess(new KnownRoom(_epoch, _room.Last, 0), _window);
    }

    /// <summary>What all senders of a room have seen of it, as in one process of the library.</summary>
    internal sealed class SharedRoom
    {
        private long _last;

        public long Last => Volatile.Read(ref _last);

        public long NextBucket => (Last + 1) / RedisMessageStore.BucketSize;

        public void Raise(long last)
        {
            for (long seen; (seen = Last) < last && Interlocked.CompareExchange(ref _last, last, seen) != seen;)
            {
            }
        }
    }
}
