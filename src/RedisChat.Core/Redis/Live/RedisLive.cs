using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// The live side of a store: one subscription for each watched room, shared by its watchers, and a probe that finds the deaf ones.
/// </summary>
/// <remarks>
/// Pub/sub is never trusted to be complete, nor are the client library's connection events, which come late, early or not at all. They only hasten
/// the next probe.
/// </remarks>
internal sealed class RedisLive : ILiveRooms, IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PauseWhileUnavailable = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan UnsubscribeTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromMilliseconds(500);

    private readonly object _gate = new();
    private readonly Dictionary<string, RedisSubscription> _subscriptions = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _ending = new();
    private readonly RedisStoreContext _context;
    private readonly RedisConnection _connection;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RedisProbe _probe;
    private bool _disposed;

    public RedisLive(RedisStoreContext context, params ILiveKind[] kinds)
    {
        Payload = new LivePayload(kinds);
        _context = context;
        _connection = context.Connection;
        _time = context.Time;
        _logger = context.Logger;
        _probe = new RedisProbe(this, context, _ending.Token);
        _connection.Trouble += _probe.Hasten;
        _connection.Replaced += SubscribeAllAgain;
        context.Rooms.HistoryLost += CatchUp;
    }

    /// <summary>Cancelled when the store is disposed.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>Reads what comes over the channels.</summary>
    public LivePayload Payload { get; }

    /// <summary>The subscriptions there are now.</summary>
    public RedisSubscription[] Subscriptions
    {
        get
        {
            lock (_gate)
            {
                return [.. _subscriptions.Values];
            }
        }
    }

    /// <summary>Sends the watchers of a room to the store, because its history was lost.</summary>
    private void CatchUp(string room) => Find(room)?.Feed.CatchUp(CatchUpCause.Hole);

    /// <summary>The position of a room after the last event that was heard of it.</summary>
    /// <returns>
    /// <see langword="false"/> if nobody watches it here, its channel is being subscribed to, or something is known to be missing. Otherwise the position may
    /// still be behind: an event may be on its way, or lost without a sign.
    /// </returns>
    internal bool TryGetHeard(string room, out RoomPosition heard)
    {
        heard = default;
        return Find(room) is { } subscription && subscription.TryGetHeard(out heard);
    }

    /// <summary>Joins the room's subscription, and waits until it stands.</summary>
    public async ValueTask<ILiveRoom> JoinAsync(string room, CancellationToken cancellationToken)
    {
        RedisSubscription subscription;
        while (TryJoin(room, out subscription) is { } closing)
        {
            await closing.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            if (subscription.Listener is null)
            {
                using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Ending);
                await OpenAsync(subscription, ending.Token).ConfigureAwait(false);
            }

            return subscription;
        }
        catch
        {
            await LeaveAsync(subscription).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Leaves the room's subscription; the last one unsubscribes.</summary>
    public async ValueTask LeaveAsync(RedisSubscription subscription)
    {
        lock (_gate)
        {
            // Whoever wants to join from here on waits until it is closed: an unsubscription must not overtake a new subscription.
            if (!subscription.Leave())
            {
                return;
            }
        }

        // A watcher that leaves does not wait for a server that does not answer; nor does the closing belong to it then.
        Task closing = Task.CompletedTask;
        Background.Begin(this, self => closing = self.CloseForGoodAsync(subscription));
        await closing.EndedAsync(LeaveTimeout, _time).ConfigureAwait(false);
    }

    /// <summary>
    /// Sends the watchers of a subscription that was found deaf to the store, and subscribes again. That may take long over a
    /// dead connection; until then each probe sends them again.
    /// </summary>
    public void Repair(RedisSubscription subscription, RoomPosition heard, RoomPosition position)
    {
        subscription.Heard.Missed(heard, position);
        _connection.Suspect();
        Repair(subscription, afresh: false);
    }

    private void SubscribeAllAgain()
    {
        foreach (var subscription in Subscriptions)
        {
            Repair(subscription, afresh: true);
        }
    }

    private void Repair(RedisSubscription subscription, bool afresh)
    {
        subscription.Feed.CatchUp(CatchUpCause.Probe);
        if (subscription.TryBeginRepair(afresh, out var unwatched))
        {
            _ = SubscribeAgainAsync(subscription, unwatched);
        }
    }

    private async Task SubscribeAgainAsync(RedisSubscription subscription, CancellationToken unwatched)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(unwatched, Ending);
        do
        {
            try
            {
                await CloseAsync(subscription).ConfigureAwait(false);
                await OpenAsync(subscription, ending.Token).ConfigureAwait(false);

                // What was published in between went unheard.
                subscription.Feed.CatchUp(CatchUpCause.Probe);
            }
            catch (OperationCanceledException)
            {
                // Nobody watches any more, or the store is being disposed.
            }
            catch (Exception e)
            {
                // The next probe finds it deaf again; until it can be subscribed to, its watchers live on the probes.
                ChatLog.SubscribingFailed(_logger, e);
            }
        }
        while (subscription.EndRepair());
    }

    public async ValueTask DisposeAsync()
    {
        Dispose();
        await _probe.EndedAsync().ConfigureAwait(false);

        // They go with the connection anyway, if that is the store's own; a server that does not answer is not waited for.
        await Task.WhenAll(Subscriptions.Select(CloseAsync)).EndedAsync(UnsubscribeTimeout, _time).ConfigureAwait(false);
    }

    public void Dispose()
    {
        Volatile.Write(ref _disposed, true);
        _connection.Trouble -= _probe.Hasten;
        _connection.Replaced -= SubscribeAllAgain;
        _context.Rooms.HistoryLost -= CatchUp;
        _ending.Cancel();
        foreach (var subscription in Subscriptions)
        {
            subscription.Feed.WakeAll();
            subscription.Heard.Close();
        }
    }

    private RedisSubscription? Find(string room)
    {
        lock (_gate)
        {
            return _subscriptions.GetValueOrDefault(room);
        }
    }

    /// <summary>Joins the room's subscription. If that is being closed: what has to be waited for before the next attempt.</summary>
    private Task? TryJoin(string room, out RedisSubscription subscription)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(RedisMessageStore));
            ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_subscriptions, room, out var exists);
            if (!exists)
            {
                entry = new RedisSubscription(this, room, _context.Options.WatcherBufferSize, _time);
                ChatTelemetry.Subscribed(1);
            }

            _probe.Start();
            subscription = entry!;
            return subscription.Join();
        }
    }

    private async Task OpenAsync(RedisSubscription subscription, CancellationToken cancellationToken)
    {
        await subscription.BeginChangeAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (subscription.Listener is null)
            {
                try
                {
                    await SubscribeAsync(subscription, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception e) when (e is RedisException or TimeoutException or ChatUnavailableException or ObjectDisposedException)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (_connection.Errors.TryTranslate(e, out var error) && error is not ChatUnavailableException)
                    {
                        // Waiting does not fix it: the user may not subscribe, for example.
                        throw error;
                    }

                    // Nothing else may show that it is stuck: no probe misses anything in quiet rooms.
                    _connection.Suspect();
                    ChatLog.SubscribingFailed(_logger, e);
                    await Task.Delay(PauseWhileUnavailable, _time, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            subscription.EndChange();
        }
    }

    private async Task SubscribeAsync(RedisSubscription subscription, CancellationToken cancellationToken)
    {
        var database = await _connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        var listener = new RedisListener(subscription, database.Multiplexer, _connection.Channels.Of(_context.Keys.Live(subscription.Room)), _logger);
        await listener.SubscribeAsync(CommandTimeout, _time, cancellationToken).ConfigureAwait(false);
        subscription.Listener = listener;
    }

    private async Task CloseForGoodAsync(RedisSubscription subscription)
    {
        try
        {
            await subscription.EndRepairsAsync().ConfigureAwait(false);
            await CloseAsync(subscription).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                _subscriptions.Remove(subscription.Room);
            }

            ChatTelemetry.Subscribed(-1);
            subscription.Heard.Close();
            subscription.SetClosed();
        }
    }

    private async Task CloseAsync(RedisSubscription subscription)
    {
        await subscription.BeginChangeAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (subscription.Listener is { } listener)
            {
                subscription.Listener = null;
                await listener.UnsubscribeAsync().UntilAsync(UnsubscribeTimeout, _time).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            // The client library has forgotten the handler all the same, and does not subscribe again when it reconnects.
            ChatLog.SubscribingFailed(_logger, e);
        }
        finally
        {
            subscription.EndChange();
        }
    }
}
