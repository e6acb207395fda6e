using System.Globalization;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Send;

/// <summary>
/// One sender that calls the library's own script, with nothing around it: keys and arguments are prepared once, and sent again and again. It does the
/// same work in Redis, so what the library costs in the process is the difference. Not for concurrent use: the arguments of a call under way
/// must stay.
/// </summary>
internal sealed class RawAppend
{
    // The script's ARGV[+2] of the first message, behind its nine fixed ones: each send must have another one, or it is a repetition.
    private const int IdempotencyField = 10;

    private readonly IDatabase _database;
    private readonly Sender _sender;
    private readonly AppendCall _call;
    private KnownRoom _known = KnownRoom.None;
    private long _window = DateTimeOffset.UtcNow.ToUnixTimeSeconds() / WindowSeconds;
    private long _sent;

    public RawAppend(IDatabase database, IRoomKeyScheme scheme, Sender sender)
    {
        _database = database;
        _sender = sender;
        _call = new AppendCall(scheme, sender.Room, [new NewMessage(sender.User, sender.Text) { IdempotencyKey = "" }], WindowSeconds, "PUBLISH");
        _call.Guess(_known, _window);
    }

    private static long WindowSeconds { get; } = (long)new RedisStoreOptions().IdempotencyWindow.TotalSeconds;

    public async Task SendAsync()
    {
        // As long as the library's random ones.
        _call.Arguments[IdempotencyField] = string.Create(CultureInfo.InvariantCulture, $"{_sender.User}\n{_sent++:d16}");
        while (true)
        {
            var reply = (RedisResult[])(await _database.ScriptEvaluateAsync(LuaScripts.MessageAppend, _call.Keys, _call.Arguments))!;
            if ((int)reply[0] == 1)
            {
                Note((long)reply[4]);
                return;
            }

            // The room has moved on, or the window has: {0, last id, window, epoch}.
            _known = new KnownRoom((string)reply[3]!, (long)reply[1], 0);
            _window = (long)reply[2];
            _call.Guess(_known, _window);
        }
    }

    /// <summary>Names other keys only where the next message goes to another bucket.</summary>
    private void Note(long id)
    {
        var isOtherBucket = (id + 1) / RedisMessageStore.BucketSize != (_known.Last + 1) / RedisMessageStore.BucketSize;
        _known = _known with { Last = id };
        if (isOtherBucket)
        {
            _call.Guess(_known, _window);
        }
    }
}
