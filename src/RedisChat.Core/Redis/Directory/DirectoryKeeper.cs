using System.Threading.Channels;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Keeps the directory in step with the rooms, in the background: never delays or fails a send or a list.</summary>
internal sealed class DirectoryKeeper(RedisStoreContext context, DirectoryIndex index) : IRoomActivity, IAsyncDisposable
{
    // If the queue is full, a list repairs what it finds wrong, or the room's next message does.
    private const int MostRooms = 10_000;

    // If others keep changing the entry at the same time, one of them leaves it right.
    private const int MostAttempts = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DisposeTimeout = TimeSpan.FromSeconds(1);
    private static readonly RedisValue[] Fields = ["epoch", "at", AboutJson.Field];

    private readonly object _gate = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Channel<string> _rooms = Channel.CreateBounded<string>(MostRooms);

    // What is to be done for each room in the queue.
    private readonly Dictionary<string, Work> _work = new(StringComparer.Ordinal);
    private Task? _running;
    private TaskCompletionSource? _idle;
    private int _pending;

    /// <summary>What to do for a room.</summary>
    /// <param name="Time">The time of its last message, if that is all that changed; 0 to compare everything.</param>
    /// <param name="Found">A member by name that a list found for it; empty if none did.</param>
    private readonly record struct Work(long Time, byte[] Found);

    public void Sent(string room, long time) => Add(room, new Work(time, []));

    /// <summary>Compares a room's entry with the room, and sets it right.</summary>
    /// <param name="room">The room.</param>
    /// <param name="found">A member by name that was found for it; empty if there is none.</param>
    public void Check(string room, byte[] found) => Add(room, new Work(0, found));

    /// <summary>Does the same at once; if that fails, in the background.</summary>
    public async Task CheckAsync(string room, CancellationToken cancellationToken)
    {
        try
        {
            var database = await context.Connection.GetDatabaseAsync(cancellationToken, writes: true).ConfigureAwait(false);
            await AlignAsync(database, room, [], cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or OperationCanceledException or ChatException or ObjectDisposedException)
        {
            Check(room, []);
        }
    }

    /// <summary>Completes when there is nothing left to do.</summary>
    internal Task IdleAsync()
    {
        lock (_gate)
        {
            return _pending == 0
                ? Task.CompletedTask
                : (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        Task? running;
        lock (_gate)
        {
            running = _running;
        }

        if (running is not null)
        {
            await running.EndedAsync(DisposeTimeout, context.Time).ConfigureAwait(false);
        }
    }

    private void Add(string room, Work work)
    {
        lock (_gate)
        {
            if (_ending.IsCancellationRequested)
            {
                return;
            }

            if (_work.TryGetValue(room, out var waiting))
            {
                _work[room] = new Work(waiting.Time == 0 ? 0 : work.Time, waiting.Found.Length > 0 ? waiting.Found : work.Found);
            }
            else if (_rooms.Writer.TryWrite(room))
            {
                _work.Add(room, work);
                _pending++;
                _running ??= Background.Run(RunAsync);
            }
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var room = await _rooms.Reader.ReadAsync(_ending.Token).ConfigureAwait(false);
                Work work;
                lock (_gate)
                {
                    // From here on, whatever else happens to the room is further work.
                    _work.Remove(room, out work);
                }

                var succeeded = await TryAsync(room, work).ConfigureAwait(false);
                lock (_gate)
                {
                    if (--_pending == 0)
                    {
                        _idle?.TrySetResult();
                        _idle = null;
                    }
                }

                if (!succeeded)
                {
                    await Task.Delay(Pause, context.Time, _ending.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The store is being disposed.
        }
    }

    private async Task<bool> TryAsync(string room, Work work)
    {
        try
        {
            var database = await context.Connection.GetDatabaseAsync(_ending.Token, writes: true).ConfigureAwait(false);
            if (work.Time == 0 || !await index.TouchAsync(database, room, work.Time, _ending.Token).ConfigureAwait(false))
            {
                await AlignAsync(database, room, work.Found, _ending.Token).ConfigureAwait(false);
            }

            return true;
        }
        catch (Exception e)
        {
            if (!_ending.IsCancellationRequested)
            {
                ChatLog.DirectoryUpdateFailed(context.Logger, e);
            }

            return false;
        }
    }

    /// <summary>Makes a room's entry what the room says. The entry is read first and compared when it is written, so that the last of several callers leaves it right.</summary>
    private async Task AlignAsync(IDatabase database, string room, byte[] found, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            var reading = index.ReadScoreAsync(database, room, cancellationToken);
            var entry = await index.ReadAsync(database, room, cancellationToken).ConfigureAwait(false);
            var score = await reading.ConfigureAwait(false);
            var fields = await database.HashGetAsync(context.Keys.Room(room), Fields, CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
            if (fields[0] == RoomCounters.BeingDeleted)
            {
                // The entry goes last, so that an interrupted deletion is noticed.
                return;
            }

            bool done;
            if (AboutJson.Read(context.Keys, room, fields[2]) is { } about)
            {
                var time = StrictNumber.TryRead(((ReadOnlyMemory<byte>)fields[1]).Span, out var at) ? at : 0;
                done = await index.PutAsync(database, room, entry, RoomSort.NameOf(about, room), time, score, found, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                done = (entry.IsNull && found.Length == 0)
                    || await index.DropAsync(database, room, entry, DirectoryIndex.LeastAge, found, cancellationToken).ConfigureAwait(false)
                    || (await index.ReadAsync(database, room, cancellationToken).ConfigureAwait(false)) == entry;
            }

            if (done)
            {
                return;
            }
        }
    }
}
