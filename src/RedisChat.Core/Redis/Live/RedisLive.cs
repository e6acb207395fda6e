using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// The live side of a store: one subscription per watched room, shared by its watchers, and a probe that finds deaf subscriptions.
/// </summary>
/// <remarks>
/// Pub/sub is never trusted to be complete. Neither are the client library's connection events, which come late, early or not at all: they only
/// hasten the next probe.
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
    private Task _confirming = Task.CompletedTask;
    private bool _disposed;

    public RedisLive(RedisStoreContext context, params ILiveKind[] kinds)
        : this(context, new LivePayload(kinds), [])
    {
    }

    /// <summary>Creates the live side of a store with all features.</summary>
    /// <param name="context">What the store shares.</param>
    /// <param name="payload">Parses the payloads of the channels.</param>
    /// <param name="probed">The features that check the watched rooms that use them.</param>
    public RedisLive(RedisStoreContext context, LivePayload payload, IReadOnlyList<IProbedFeature> probed)
    {
        Payload = payload;
        _context = context;
        _connection = context.Connection;
        _time = context.Time;
        _logger = context.Logger;
        _probe = new RedisProbe(this, context, probed, _ending.Token);
        _connection.Trouble += _probe.Hasten;
        _connection.Replaced += SubscribeAllAgain;
        context.Rooms.HistoryLost += CatchUp;
    }

    /// <summary>Canceled when the store is disposed.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>Parses the payloads of the channels.</summary>
    public LivePayload Payload { get; }

    /// <summary>The current subscriptions.</summary>
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

    /// <summary>Makes the watchers of a room read from the store, because its history was lost.</summary>
    private void CatchUp(string room) => Find(room)?.Feed.CatchUp(CatchUpCause.Hole);

    /// <summary>Completes when the last report of a deletion has been checked.</summary>
    internal Task DeletionCheckedAsync() => Volatile.Read(ref _confirming);

    /// <summary>Handles the report that a room was deleted. The store confirms it, because anyone who may publish on the channel could claim it.</summary>
    /// <param name="room">The room.</param>
    /// <param name="epoch">The epoch that it is said to have had.</param>
    public void Deleted(string room, ulong epoch)
    {
        // What is known of the room stays until then; only its absence would not be taken for lost history.
        if (_context.Rooms.SaidDeleted(room, epoch.ToString("x", CultureInfo.InvariantCulture)))
        {
            Volatile.Write(ref _confirming, Background.Run(() => ConfirmDeletionAsync(room)));
        }
    }

    private async Task ConfirmDeletionAsync(string room)
    {
        try
        {
            var database = await _connection.GetDatabaseAsync(Ending).ConfigureAwait(false);
            _context.Rooms.TryGet(room, out var known);
            var (position, uses) = await RoomCounters.ReadAsync(new PrimaryReads(database), _context.Keys, room).UntilAsync(Ending).ConfigureAwait(false);
            _context.Rooms.Learn(room, known, KnownRoom.At(position, known, uses));
        }
        catch (Exception e) when (e is RedisException or TimeoutException or OperationCanceledException or ChatException or ObjectDisposedException)
        {
            // The next read of the room confirms it.
        }
    }

    /// <summary>The position of a room after the last event that was heard.</summary>
    /// <returns>
    /// <see langword="false"/> if the room is not watched here, its channel is being subscribed to, or an event is known to be missing. Otherwise the position
    /// may still lag: an event may be on its way, or lost silently.
    /// </returns>
    internal bool TryGetHeard(string room, out RoomPosition heard)
    {
        heard = default;
        return Find(room) is { } subscription && subscription.TryGetHeard(out heard);
    }

    /// <summary>The room's cipher, if it is encrypted and this process knows its keys.</summary>
    public RoomCipher? CipherOf(string room) => _context.Ciphers?.TryGet(room);

    /// <summary>Reads the keys of an encrypted room, with which its events are decrypted. If that fails, the watchers read the events from the store.</summary>
    private async ValueTask PrepareAsync(string room, CancellationToken cancellationToken)
    {
        if (_context.Ciphers is not { } ciphers)
        {
            return;
        }

        try
        {
            await ciphers.ForReadingAsync(room, cancellationToken).ConfigureAwait(false);
        }
        catch (ChatException e)
        {
            ChatLog.DataKeysNotRead(_context.Logger, e);
        }
    }

    /// <summary>Joins the room's subscription, and waits until it is established.</summary>
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
                await PrepareAsync(room, ending.Token).ConfigureAwait(false);
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
            // Whoever joins from here on waits until it is closed: an unsubscription must not overtake a new subscription.
            if (!subscription.Leave())
            {
                return;
            }
        }

        // A leaving watcher does not wait for an unresponsive server, so the closing does not run in its context.
        Task closing = Task.CompletedTask;
        Background.Begin(this, self => closing = self.CloseForGoodAsync(subscription));
        await closing.EndedAsync(LeaveTimeout, _time).ConfigureAwait(false);
    }

    /// <summary>
    /// Makes the watchers of a deaf subscription read from the store, and resubscribes. Over a dead connection that may take long; until it succeeds,
    /// each probe makes the watchers read again.
    /// </summary>
    public void Repair(RedisSubscription subscription, RoomPosition heard, RoomPosition position)
    {
        subscription.Heard.Missed(heard, position);
        _connection.Suspect();
        Repair(subscription, again: false);
    }

    private void SubscribeAllAgain()
    {
        foreach (var subscription in Subscriptions)
        {
            Repair(subscription, again: true);
        }
    }

    private void Repair(RedisSubscription subscription, bool again)
    {
        subscription.Feed.CatchUp(CatchUpCause.Probe);
        if (subscription.TryBeginRepair(again, out var unwatched))
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

                // The events that were published in between were not heard.
                subscription.Feed.CatchUp(CatchUpCause.Probe);
            }
            catch (OperationCanceledException)
            {
                // The last watcher has left, or the store is being disposed.
            }
            catch (Exception e)
            {
                // The next probe finds it deaf again; until subscribing succeeds, its watchers depend on the probes.
                ChatLog.SubscribingFailed(_logger, e);
            }
        }
        while (subscription.EndRepair());
    }

    public async ValueTask DisposeAsync()
    {
        Dispose();
        await _probe.EndedAsync().ConfigureAwait(false);

        // If the connection is the store's own, the subscriptions end with it anyway. Do not wait for an unresponsive server.
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

    /// <summary>Joins the room's subscription. If that is being closed, returns what to wait for before the next attempt.</summary>
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
                        // Waiting does not help: for example, the user may not subscribe.
                        throw error;
                    }

                    // In quiet rooms nothing else reveals a stuck connection, because no probe misses an event.
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
            // The client library has dropped the handler all the same, and does not resubscribe when it reconnects.
            ChatLog.SubscribingFailed(_logger, e);
        }
        finally
        {
            subscription.EndChange();
        }
    }
}
