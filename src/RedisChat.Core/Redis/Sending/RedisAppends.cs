using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Appends messages over one connection, with one script call for each send or for all sends that wait for the same room, and another call
/// if what was known about the room was stale.
/// </summary>
internal sealed class RedisAppends
{
    // The limit for the buffers of all pooled calls together. It excludes those of large batches.
    internal const int MostPooledBytes = 1024 * 1024;

    // The upkeep visits a room with a default life by itself, but not its threads. It finds out when their messages expire.
    private static readonly TimeSpan ThreadVisit = TimeSpan.FromMinutes(1);

    private readonly RedisStoreContext _context;
    private readonly RedisConnection _connection;
    private readonly CommandFlags _flags;
    private readonly bool _remembers;
    private readonly RoomQueues _rooms;
    private readonly Func<OperationCanceledException, Exception> _notSent;
    private readonly ServerWindow _window;
    private readonly BucketSealer _sealer;
    private readonly IRoomActivity? _activity;
    private readonly ConcurrentQueue<AppendCall> _calls = new();
    private int _pooledBytes;

    /// <param name="context">What is known about the rooms, and how their keys are named.</param>
    /// <param name="connection">The connection to send over.</param>
    /// <param name="flags">How to send.</param>
    /// <param name="remembers">Whether a send that succeeded may be attempted again, and must then be recognized.</param>
    /// <param name="window">Guesses the time window.</param>
    /// <param name="sealer">Is notified of appended messages.</param>
    /// <param name="activity">Is notified when a room of the directory becomes active.</param>
    public RedisAppends(
        RedisStoreContext context, RedisConnection connection, CommandFlags flags, bool remembers, ServerWindow window, BucketSealer sealer,
        IRoomActivity? activity)
    {
        _context = context;
        _connection = connection;
        _flags = flags;
        _remembers = remembers;
        _rooms = new RoomQueues(context.Options.RoomCacheSize, room => new RoomAppends(room, new RoomKeys(context.Keys, room)));
        _notSent = connection.Errors.NotSent;
        _window = window;
        _sealer = sealer;
        _activity = activity;
    }

    /// <summary>The number of bytes that the pool holds.</summary>
    internal int PooledBytes => Volatile.Read(ref _pooledBytes);

    /// <summary>Appends a send, and sets its receipts.</summary>
    public ValueTask<IPendingSend> AppendAsync(string room, PendingSend send, CancellationToken cancellationToken)
    {
        send.Begin();
        var ended = send.EndedAsync(_notSent, cancellationToken);
        var appends = _rooms.Enter(room, send, out var begins);
        if (begins)
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

        // Never continued on this stack: with many sends waiting, calls that fail at once would nest.
        call.Running.GetAwaiter().UnsafeOnCompleted(call.Ended!);
    }

    private void End(AppendCall call)
    {
        call.Running.GetAwaiter().GetResult();
        var appends = call.Room!;
        StartNext(appends);

        // All senders but one continue on the thread pool. The last one is spared that detour; it may run any code, so nothing may follow it.
        var last = call.Sends.Count - 1;
        for (var i = 0; i < last; i++)
        {
            call.Sends[i].Complete(inline: false);
        }

        var one = last >= 0 ? call.Sends[last] : null;
        if (!call.IsInDoubt)
        {
            Recycle(call);
        }

        one?.Complete(inline: true);
    }

    /// <summary>Starts the room's next call, before the senders of the last one continue.</summary>
    private void StartNext(RoomAppends appends)
    {
        var next = NewCall();
        while (true)
        {
            if (appends.TryTakeNext(next))
            {
                // Otherwise the first sender's context would be kept from call to call for as long as the room is busy.
                Background.Begin((Appends: this, Call: next, Room: appends), static call => call.Appends.Start(call.Call, call.Room));
                return;
            }

            if (_rooms.TryLeave(appends))
            {
                Recycle(next);
                return;
            }
        }
    }

    /// <summary>Makes the call, and sets the outcome in each send. Never throws.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask RunAsync(AppendCall call, RoomAppends appends)
    {
        try
        {
            await CallAsync(call, appends).ConfigureAwait(false);
        }
        catch (Exception e) when (call.Sends.Count > 1 && IsRefusal(e))
        {
            // Nothing was written, perhaps because of only one of them.
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
        var isAdded = false;
        var (cipher, attempts, unstored) = (await SendingCipherAsync(room).ConfigureAwait(false), 0, "");
        var guess = cipher is null ? 0 : Math.Max(known.Last, _context.Heard(room));
        while (true)
        {
            // For each call, because a second primary may have appeared.
            var database = await _connection.GetDatabaseAsync(CancellationToken.None, writes: true).ConfigureAwait(false);
            if (!isAdded && (call.ShortestLife() ?? (known.Expires && ThreadId.IsThread(room) ? ThreadVisit : null)) is { } life)
            {
                // Before the message is stored: wherever this process dies, someone looks for it. Not so soon that the message might come later.
                await AddToUpkeepAsync(database, room, life > UpkeepIndex.WriteMargin ? life : UpkeepIndex.WriteMargin).ConfigureAwait(false);
                isAdded = true;
            }

            var words = call.Build(appends.Keys, known, window, _window.Seconds, _connection.Channels.PublishCommand, _context.Options.ChangeLogLength,
                cipher is null ? null : new BatchEncryption(cipher, guess, BatchEncryption.FormsAfter(attempts, call.Size), unstored));
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

                // If every send was refused, perhaps there is no such room.
                if (last > 0)
                {
                    _context.Rooms.Raise(room, new KnownRoom(reply.EpochText, last, reply.Revision));
                    _sealer.Notice(room, reply.FirstId, last);
                    if (call.ShortestLife() is { } brief && brief < UpkeepIndex.WriteMargin)
                    {
                        _context.Upkeep.AddAfter(room, brief);
                    }

                    if (known.Expires && last / Buckets.Size != (reply.FirstId - 1) / Buckets.Size)
                    {
                        // The room may have a retention of its own.
                        _context.Upkeep.AddAfter(room);
                    }
                }

                if (reply.IsAwake)
                {
                    _activity?.Sent(room, reply.Time);
                }

                return;
            }

            if (reply.IsKeyStale)
            {
                // It was rotated or deleted, or the room was deleted with its keys.
                _context.Ciphers!.Forget(room);
                cipher = await SendingCipherAsync(room).ConfigureAwait(false);
            }

            unstored = reply.Unstored ?? unstored;
            attempts += known.Epoch == "" || reply.Unstored is not null || reply.IsKeyStale ? 0 : 1;
            var found = new KnownRoom(reply.EpochText, reply.FirstId, 0, reply.Uses);
            _context.Rooms.Learn(room, known, found);
            known = found;
            guess = found.Last;
            window = _window.Correct(reply.Window);
        }
    }

    private ValueTask<RoomCipher?> SendingCipherAsync(string room) =>
        _context.Ciphers is { } ciphers ? ciphers.ForSendingAsync(room, CancellationToken.None) : default;

    private async ValueTask AddToUpkeepAsync(IDatabase database, string room, TimeSpan wait)
    {
        try
        {
            await _context.Upkeep.AddInAsync(database, room, wait, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (RedisErrors.Translate(e) is ChatUnavailableException { MayHaveHappened: true })
        {
            // The index may have the room, but no message was sent.
            throw RedisErrors.NotSent(e);
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
            // Each gets its own, because an exception must not be thrown in two places.
            send.Error = _connection.Errors.TryTranslate(e, out var error) ? error : e;
        }
    }

    private AppendCall NewCall()
    {
        if (_calls.TryDequeue(out var call))
        {
            Interlocked.Add(ref _pooledBytes, -call.Bytes);
            return call;
        }

        call = new AppendCall();
        call.Ended = () => End(call);
        return call;
    }

    private void Recycle(AppendCall call)
    {
        call.Clear();
        if (Interlocked.Add(ref _pooledBytes, call.Bytes) <= MostPooledBytes)
        {
            _calls.Enqueue(call);
        }
        else
        {
            Interlocked.Add(ref _pooledBytes, -call.Bytes);
        }
    }
}
