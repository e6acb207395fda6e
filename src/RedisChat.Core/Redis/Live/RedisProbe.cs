using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Compares the counters of all watched rooms with what was heard of them. Nothing else reveals a subscription that looks connected but
/// hears nothing, or the loss of a room's last event.
/// </summary>
internal sealed class RedisProbe(RedisLive live, RedisStoreContext context, IReadOnlyList<IProbedFeature> features, CancellationToken ending)
{
    private const int RoomsAtOnce = 256;

    // An event on its way arrives within this time; only afterward does its absence mean a loss.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    // A server that takes longer counts as down. Shorter than the client's own timeout, so that a dead link is suspected early.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    // After a sign of trouble several probes run in a row, because connections come back before their subscriptions do.
    private const int ProbesInTrouble = 4;

    private TaskCompletionSource _trouble = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _running;

    /// <summary>Starts probing, unless it has already started.</summary>
    public void Start()
    {
        if (_running is null)
        {
            // Probing lasts as long as the store, so it must not run in the context of the first watcher's request.
            Background.Begin(this, static probe => probe._running = Task.Run(probe.RunAsync, CancellationToken.None));
        }
    }

    /// <summary>Probes at once, because of a sign of trouble.</summary>
    public void Hasten() => Volatile.Read(ref _trouble).TrySetResult();

    public Task EndedAsync() => _running ?? Task.CompletedTask;

    private async Task RunAsync()
    {
        var inTrouble = 0;
        while (!ending.IsCancellationRequested)
        {
            await PauseAsync(inTrouble > 0 ? Grace : context.Options.LiveProbeInterval).ConfigureAwait(false);
            inTrouble = Math.Max(inTrouble - 1, 0);
            if (_trouble.Task.IsCompleted)
            {
                Volatile.Write(ref _trouble, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                inTrouble = ProbesInTrouble;
            }

            try
            {
                await ProbeAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever the error is, the next probe may succeed; without probes a deaf subscription would never be found.
                Failed(e);
            }
        }
    }

    /// <summary>Waits until the time is up, there is a sign of trouble, or the store is disposed. Leaves no timer behind.</summary>
    private async Task PauseAsync(TimeSpan pause)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ending);
        await Task.WhenAny(_trouble.Task, Task.Delay(pause, context.Time, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
    }

    private async Task ProbeAsync()
    {
        var database = await context.Connection.GetDatabaseAsync(ending).ConfigureAwait(false);
        var reads = new PrimaryReads(database);
        var late = new List<(RedisSubscription Subscription, RoomPosition Room)>();
        foreach (var some in live.Subscriptions.Chunk(RoomsAtOnce))
        {
            // Take what was heard before reading the room, so that the room can only be ahead, unless it lost history.
            var heard = Array.ConvertAll(some, subscription => subscription.Heard.Position);
            var words = new RedisKeyOrValue[some.Length * RoomCounters.Words];
            var rooms = new Task[some.Length];
            for (var i = 0; i < some.Length; i++)
            {
                rooms[i] = RoomCounters.AskAsync(reads, context.Keys, some[i].Room, words.AsMemory(i * RoomCounters.Words));
            }

            await AnsweredAsync(rooms).ConfigureAwait(false);
            for (var i = 0; i < some.Length; i++)
            {
                if (TryRead(rooms[i], some[i]) is not { } room || heard[i] is not { } last || last == room)
                {
                    continue;
                }

                if (room.IsAtOrAfter(last))
                {
                    late.Add((some[i], room));
                }
                else
                {
                    Repair(some[i], last, room);
                }
            }
        }

        if (late.Count == 0)
        {
            return;
        }

        await Task.Delay(Grace, context.Time, ending).ConfigureAwait(false);
        foreach (var (subscription, room) in late)
        {
            if (subscription.Heard.Position is { } heard && !heard.IsAtOrAfter(room))
            {
                Repair(subscription, heard, room);
            }
        }
    }

    /// <summary>Waits until all answers have arrived or the time is up.</summary>
    private async Task AnsweredAsync(Task[] rooms)
    {
        using var patience = new CancellationTokenSource(AnswerTimeout, context.Time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ending, patience.Token);
        try
        {
            // Answers come in the order of the requests, so this waits once for all of them, or on a cluster once per node.
            for (var i = rooms.Length - 1; i >= 0; i--)
            {
                if (!rooms[i].IsCompleted)
                {
                    await Task.WhenAny(rooms[i]).WaitAsync(ended.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (!ending.IsCancellationRequested)
        {
            // Servers that have not answered count as down.
        }
    }

    /// <summary>The room's position; <see langword="null"/> if it could not be read, so that the other rooms are still probed.</summary>
    private RoomPosition? TryRead(Task answer, RedisSubscription subscription)
    {
        var room = subscription.Room;
        try
        {
            if (!answer.IsCompleted)
            {
                answer.Observe();
                throw new TimeoutException($"No answer within {AnswerTimeout.TotalSeconds} s.");
            }

            using var values = HashValues.Of(answer);
            var position = RoomCounters.Position(values, context.Keys, room, out var uses);
            if (uses == RoomCounters.BeingDeleted)
            {
                // Its watchers end. Most have ended already, because the event has reached them.
                subscription.Feed.CatchUp(CatchUpCause.Probe);
                return null;
            }

            foreach (var feature in features)
            {
                if (uses.Contains(feature.Letter, StringComparison.Ordinal))
                {
                    feature.Probed(room);
                }
            }

            return position;
        }
        catch (Exception e) when (e is RedisException or ChatException or TimeoutException)
        {
            Failed(e);
            return null;
        }
    }

    private void Failed(Exception e)
    {
        if (e is not ChatDataException)
        {
            context.Connection.Suspect();
        }

        ChatTelemetry.ProbeFailed("unavailable");
        ChatLog.ProbeFailed(context.Logger, e);
    }

    private void Repair(RedisSubscription subscription, RoomPosition heard, RoomPosition room)
    {
        ChatTelemetry.ProbeFailed("deaf");
        ChatLog.SubscriptionDeaf(context.Logger, heard, room);
        live.Repair(subscription, heard, room);
    }
}
