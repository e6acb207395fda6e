using Microsoft.Extensions.Logging;

namespace RedisChat;

/// <summary>
/// Keeps the store informed about the users of this process in all rooms: sends who enters and leaves, combined for each room, and one heartbeat for each room at
/// intervals that are spread over time. What fails is sent again with the next heartbeat.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class PresenceKeeper
{
    private const int HeartbeatsInExpiry = 3;
    private const int MostSlots = 100;
    private static readonly TimeSpan ShortestTick = TimeSpan.FromMilliseconds(100);

    private readonly object _gate = new();
    private readonly Dictionary<string, KeptRoom> _rooms = new(StringComparer.Ordinal);

    // The rooms by the time of their heartbeats.
    private readonly HashSet<KeptRoom>[] _slots;
    private readonly SharedReads<string, bool> _updates;
    private readonly IMessageStore _store;
    private readonly PresenceOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TimeSpan _tick;
    private readonly TimeSpan _patience;
    private IPresenceStore? _presence;
    private int _nextSlot;
    private bool _isBeating;

    public PresenceKeeper(IMessageStore store, PresenceOptions options, TimeProvider time, ILogger logger)
    {
        (_store, _options, _time, _logger) = (store, options, time, logger);
        var interval = options.Expiry / HeartbeatsInExpiry;
        _slots = new HashSet<KeptRoom>[Math.Clamp((int)(interval / ShortestTick), 1, MostSlots)];
        _tick = interval / _slots.Length;
        _patience = TimeSpan.FromSeconds(Math.Clamp(interval.TotalSeconds, 1, 5));
        _updates = new(UpdateAsync);
        Typing = new TypingThrottle(options.TypingInterval, time);
    }

    public TypingThrottle Typing { get; }

    public PresenceOptions Options => _options;

    /// <summary>Whether heartbeats are sent, because there are users.</summary>
    public bool IsBeating
    {
        get
        {
            lock (_gate)
            {
                return _isBeating;
            }
        }
    }

    /// <summary>The store's presence.</summary>
    /// <exception cref="NotSupportedException">The store has none.</exception>
    public IPresenceStore Store => _presence ??= _store.RequireAbility<IPresenceStore>("presence");

    /// <summary>Adds a connection of a user to a room; <see cref="SettleAsync"/> tells the store.</summary>
    public void Enter(string room, string user)
    {
        lock (_gate)
        {
            if (!_rooms.TryGetValue(room, out var kept))
            {
                _nextSlot = (_nextSlot + 1) % _slots.Length;
                kept = new KeptRoom(room, _nextSlot);
                _rooms.Add(room, kept);
                (_slots[_nextSlot] ??= []).Add(kept);
            }

            kept.Enter(user);
            if (!_isBeating)
            {
                _isBeating = true;
                Background.Begin(this, static keeper => _ = Task.Run(keeper.BeatAsync));
            }
        }
    }

    /// <summary>Removes a connection of a user from a room; <see cref="SettleAsync"/> tells the store.</summary>
    public void Leave(string room, string user)
    {
        lock (_gate)
        {
            if (_rooms.TryGetValue(room, out var kept))
            {
                kept.Leave(user);
                RemoveIfEmpty(kept);
            }
        }
    }

    /// <summary>Waits until the store knows what it should about a user.</summary>
    /// <exception cref="ChatUnavailableException">The store could not be reached. The next heartbeat tries again.</exception>
    public ValueTask SettleAsync(string room, string user, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return !_rooms.TryGetValue(room, out var kept) || kept.Knows(user) ? default : new(_updates.ReadAsync(room, cancellationToken));
        }
    }

    /// <summary>Throws if the store has refused a user.</summary>
    /// <exception cref="ChatForbiddenException">The user may not read the room.</exception>
    public void ThrowIfRefused(string room, string user)
    {
        lock (_gate)
        {
            if (_rooms.GetValueOrDefault(room)?.RefusalOf(user) is { } refusal)
            {
                // The stored one is shared.
                throw new ChatForbiddenException(refusal.Message, refusal) { Reason = refusal.Reason, RetryAfter = refusal.RetryAfter };
            }
        }
    }

    /// <summary>Sends what the store does not know about a room, or a heartbeat if there is nothing. One call at a time for each room.</summary>
    private async ValueTask<bool> UpdateAsync(string room)
    {
        using var patience = new CancellationTokenSource(_patience, _time);
        while (true)
        {
            KeptRoom? kept;
            PresenceUpdate update;
            lock (_gate)
            {
                if (!_rooms.TryGetValue(room, out kept))
                {
                    return true;
                }

                update = kept.NextUpdate(_options);
            }

            PresenceAnswer answer;
            try
            {
                answer = await Store.UpdatePresenceAsync(room, update, patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException e)
            {
                throw new ChatUnavailableException("The store did not answer in time.", e) { MayHaveHappened = true };
            }

            lock (_gate)
            {
                if (!kept.Answered(update, answer))
                {
                    ChatLog.PresenceLost(_logger);
                }

                if (kept.IsSettled)
                {
                    RemoveIfEmpty(kept);
                    return true;
                }
            }
        }
    }

    private async Task BeatAsync()
    {
        var interval = _tick * _slots.Length;
        var start = _time.GetTimestamp();
        var due = TimeSpan.Zero;
        for (var slot = 0; ; slot = (slot + 1) % _slots.Length)
        {
            due += _tick;
            var late = _time.GetElapsedTime(start) - due;
            if (late < TimeSpan.Zero)
            {
                await Task.Delay(-late, _time).ConfigureAwait(false);
            }
            else if (late > interval)
            {
                // After an outage or a long pause each room gets one heartbeat at once, not all that were missed.
                due += late - interval;
            }

            KeptRoom[] rooms;
            lock (_gate)
            {
                if (_rooms.Count == 0)
                {
                    _isBeating = false;
                    return;
                }

                rooms = [.. _slots[slot] ?? []];
            }

            await Task.WhenAll(rooms.Select(BeatAsync)).ConfigureAwait(false);
        }
    }

    private async Task BeatAsync(KeptRoom room)
    {
        lock (_gate)
        {
            room.Recheck();
        }

        try
        {
            await _updates.ReadAsync(room.Name, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The store is gone, and with it the presence of this process.
            lock (_gate)
            {
                Remove(room);
            }
        }
        catch (Exception e)
        {
            ChatLog.HeartbeatFailed(_logger, e);
        }
    }

    private void RemoveIfEmpty(KeptRoom room)
    {
        if (room.IsEmpty)
        {
            Remove(room);
        }
    }

    private void Remove(KeptRoom room)
    {
        if (_rooms.GetValueOrDefault(room.Name) == room)
        {
            _rooms.Remove(room.Name);
            _slots[room.Slot].Remove(room);
        }
    }
}
