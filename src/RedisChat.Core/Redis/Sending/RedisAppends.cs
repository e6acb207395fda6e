using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Appends messages over one connection: one script call for each send or, where several wait for the same room, for all of these; and another one
/// where what was guessed of the room was stale.
/// </summary>
internal sealed class RedisAppends
{
    private const int MostPooled = 256;

    private readonly RedisStoreContext _context;
    private readonly RedisConnection _connection;
    private readonly CommandFlags _flags;
    private readonly bool _remembers;
    private readonly RecentRooms<RoomAppends> _appends;
    private readonly ServerWindow _window;
    private readonly BucketSealer _sealer;
    private readonly ConcurrentQueue<AppendCall> _calls = new();

    /// <param name="context">What is known of the rooms, and how their keys are named.</param>
    /// <param name="connection">What to send over.</param>
    /// <param name="flags">How to send.</param>
    /// <param name="remembers">Whether a send that succeeded may have to be tried again all the same, and must be recognized then.</param>
    /// <param name="window">Guesses the window of time.</param>
    /// <param name="sealer">Notices what was appended.</param>
    public RedisAppends(
        RedisStoreContext context, RedisConnection connection, CommandFlags flags, bool remembers, ServerWindow window, BucketSealer sealer)
    {
        _context = context;
        _connection = connection;
        _flags = flags;
        _remembers = remembers;
        _appends = new RecentRooms<RoomAppends>(context.Options.RoomCacheSize);
        _window = window;
        _sealer = sealer;
    }

    /// <summary>Appends a send, and leaves its receipts in it.</summary>
    public ValueTask<PendingSend> AppendAsync(string room, PendingSend send, CancellationToken cancellationToken)
    {
        send.Begin();
        var appends = _appends.GetOrAdd(
            room, this, static (all, room) => new RoomAppends(room, new RoomKeys(all._context.Keys, room), all._connection));
        var ended = send.EndedAsync(appends.NotSent, cancellationToken);
        if (appends.TryBegin(send))
        {
            var call = NewCall();
            call.TryAdd(send);
            Start(call, appends);
        }

        return ended;
    }

    private void Start(AppendCall call, RoomAppends appends)
    {
        call.Room = appends;
#pragma warning disable CA2012 // Consumed once, in End.
        call.Running = RunAsync(call, appends).ConfigureAwait(false);
#pragma warning restore CA2012

        // Never on this stack, however many wait: a call that fails at once would be within the one before.
        call.Running.GetAwaiter().UnsafeOnCompleted(call.Ended!);
    }

    private void End(AppendCall call)
    {
        call.Running.GetAwaiter().GetResult();
        var appends = call.Room!;
        var next = NewCall();
        if (appends.TryTakeNext(next))
        {
            // It is on its way before anybody is told of this one.
            Start(next, appends);
        }
        else
        {
            Recycle(next);
        }

        // All but one go on elsewhere. That one spares a way over the thread pool; it may run any code, so nothing may come after it.
        var last = call.Sends.Count - 1;
        for (var i = 0; i < last; i++)
        {
            call.Sends[i].Complete(inline: false);
        }

        var one = last >= 0 ? call.Sends[last] : null;
        if (!call.IsInDoubt)
        {
            call.Clear();
            Recycle(call);
        }

        one?.Complete(inline: true);
    }

    /// <summary>Makes the call, and leaves with each send what came of it. Never throws.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask RunAsync(AppendCall call, RoomAppends appends)
    {
        try
        {
            await CallAsync(call, appends).ConfigureAwait(false);
        }
        catch (Exception e) when (call.Sends.Count > 1 && IsRefusal(e))
        {
            // Nothing was written, for the sake of one of them perhaps.
            await CallOneByOneAsync(call, appends).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Fail(call, e);
        }
    }

    private async ValueTask CallOneByOneAsync(AppendCall call, RoomAppends appends)
    {
        foreach (var send in call.Sends.ToArray())
        {
            var alone = new AppendCall { Room = appends };
            alone.TryAdd(send);
            try
            {
                await CallAsync(alone, appends).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                Fail(alone, e);
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CallAsync(AppendCall call, RoomAppends appends)
    {
        var room = appends.Room;
        _context.Rooms.TryGet(room, out var known);
        var window = _window.Guess();
        while (true)
        {
            // Each time, for a second primary may have come up since.
            var database = await _connection.GetDatabaseAsync(CancellationToken.None, writes: true).ConfigureAwait(false);
            var words = call.Build(appends.Keys, known, window, _window.Seconds, _connection.Channels.PublishCommand);
            if (words.IsEmpty)
            {
                return;
            }

            using var answer = await AskAsync(database, call, words).ConfigureAwait(false);
            var reply = AppendReply.Read(answer, known.Epoch);
            if (reply.IsStored)
            {
                var last = call.Succeed(reply);
                if (_remembers)
                {
                    call.Remember();
                }

                _context.Rooms.Raise(room, new KnownRoom(reply.EpochText, last, reply.Revision));
                _sealer.Notice(room, reply.FirstId, last);
                return;
            }

            var found = new KnownRoom(reply.EpochText, reply.FirstId, 0);
            _context.Rooms.Learn(room, known, found);
            known = found;
            window = _window.Correct(reply.Window);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<RespResult> AskAsync(IDatabase database, AppendCall call, Memory<RedisKeyOrValue> words)
    {
        try
        {
            var answer = await AppendCall.Script.RunAsync(database, words, call.Keys, _flags).ConfigureAwait(false);
            call.IsInDoubt = false;
            return answer;
        }
        catch (RedisServerException)
        {
            call.IsInDoubt = false;
            throw;
        }
    }

    private static bool IsRefusal(Exception e) =>
        e is RedisServerException && RedisErrors.Translate(e) is not ChatUnavailableException;

    private void Fail(AppendCall call, Exception e)
    {
        if (call.IsInDoubt)
        {
            call.Remember();
        }

        foreach (var send in call.Sends)
        {
            // For each its own: an exception is not thrown in two places at once.
            send.Error = _connection.Errors.TryTranslate(e, out var error) ? error : e;
        }
    }

    private AppendCall NewCall()
    {
        if (_calls.TryDequeue(out var call))
        {
            return call;
        }

        call = new AppendCall();
        call.Ended = () => End(call);
        return call;
    }

    private void Recycle(AppendCall call)
    {
        if (_calls.Count < MostPooled)
        {
            _calls.Enqueue(call);
        }
    }
}
