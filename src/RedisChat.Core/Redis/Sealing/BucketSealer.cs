using System.Buffers;
using System.Threading.Channels;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Seals old buckets in the background, one at a time. A room's field <c>sealed</c> names the next bucket; all processes advance it, and a process
/// that comes too late writes nothing.
/// </summary>
internal sealed class BucketSealer(RedisStoreContext context) : IAsyncDisposable
{
    private static readonly RedisScript Script = new("bucket_seal.lua");

    private enum Outcome
    {
        Nothing,
        Done,
        WasEmpty,

        // For processes that have keys.
        Left,
    }

    // If the queue is full, a room is sealed when it next starts a bucket. An entry is small: a name and a number.
    private const int MostRooms = 10_000;

    // If others keep changing messages of the room, its revision may have moved on each time a bucket was compressed.
    private const int MostAttempts = 10;

    // How many empty buckets to skip per send. If there are more, the room's last id may be wrong, and there may be up to 2^46 of them.
    private const int MostEmpty = 1000;

    // The sealer works at most a fifth of the time: if rooms fill faster than that, sealing is delayed but sends are not slowed down.
    private const int RestToWork = 4;

    // After a failure, no room is attempted for this time.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DisposeTimeout = TimeSpan.FromSeconds(1);

    private static readonly RedisValue[] Fields = ["epoch", "rev", "last", "sealed"];

    private readonly object _gate = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Channel<(string Room, int EmptyAllowed)> _rooms = Channel.CreateBounded<(string, int)>(MostRooms);
    private Task? _running;
    private TaskCompletionSource? _idle;
    private int _pending;

    /// <summary>Called for each send: if the send started a bucket, the room may have one to seal. Otherwise costs next to nothing.</summary>
    /// <param name="room">The room.</param>
    /// <param name="first">The first id of the send.</param>
    /// <param name="last">The last id of the send.</param>
    public void Notice(string room, long first, long last)
    {
        var bucket = last / Buckets.Size;
        if (bucket != (first - 1) / Buckets.Size && bucket >= context.Options.SealAfter)
        {
            Add(room);
        }
    }

    /// <summary>Completes when all queued work is done.</summary>
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

    /// <summary>Seals a room's old buckets in the background.</summary>
    public void Add(string room) => Add(room, MostEmpty);

    private void Add(string room, int emptyAllowed)
    {
        lock (_gate)
        {
            if (!_ending.IsCancellationRequested && _rooms.Writer.TryWrite((room, emptyAllowed)))
            {
                _pending++;
                _running ??= Background.Run(RunAsync);
            }
        }
    }

    private void Finish()
    {
        lock (_gate)
        {
            _pending--;
            if (_pending == 0 || _ending.IsCancellationRequested)
            {
                _idle?.TrySetResult();
                _idle = null;
            }
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var (room, emptyAllowed) = await _rooms.Reader.ReadAsync(_ending.Token).ConfigureAwait(false);
                var start = context.Time.GetTimestamp();
                var failure = await TrySealNextAsync(room, emptyAllowed).ConfigureAwait(false);
                if (failure is not null && !_ending.IsCancellationRequested)
                {
                    ChatLog.SealingFailed(context.Logger, failure);
                }

                Finish();
                var rest = failure is null ? context.Time.GetElapsedTime(start) * RestToWork : Pause;
                await Task.Delay(rest, context.Time, _ending.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The store is being disposed.
        }
    }

    private async Task<Exception?> TrySealNextAsync(string room, int emptyAllowed)
    {
        try
        {
            // One bucket, then the next room gets its turn.
            var outcome = await SealNextAsync(room).ConfigureAwait(false);
            emptyAllowed -= outcome == Outcome.WasEmpty ? 1 : 0;
            if (outcome is Outcome.Done or Outcome.WasEmpty && emptyAllowed > 0)
            {
                Add(room, emptyAllowed);
            }

            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    /// <summary>Seals the room's next bucket, or leaves it open permanently if sealing would not make it smaller.</summary>
    private async Task<Outcome> SealNextAsync(string room)
    {
        var database = await context.Connection.GetDatabaseAsync(_ending.Token, writes: true).ConfigureAwait(false);
        RedisKey roomKey = context.Keys.Room(room);
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            // Read the room before the bucket, so that a later change shows in the revision.
            var state = await database.HashGetAsync(roomKey, Fields, CommandFlags.DemandMaster).UntilAsync(_ending.Token).ConfigureAwait(false);
            if (state[0] == RoomCounters.BeingDeleted || !TryNumber(state[2], out var last) || !TryNumber(state[3].IsNull ? "0" : state[3], out var number)
                || number > (last / Buckets.Size) - context.Options.SealAfter)
            {
                return Outcome.Nothing;
            }

            var outcome = await SealAsync(database, room, number, state[0], state[1].IsNull ? RedisValue.EmptyString : state[1]).ConfigureAwait(false);
            if (outcome != Outcome.Nothing)
            {
                return outcome;
            }
        }

        return Outcome.Nothing;
    }

    /// <summary>Seals a bucket or leaves it open permanently. Does nothing if the room was changed or replaced meanwhile, or if the bucket is encrypted and this process has no keys.</summary>
    private async Task<Outcome> SealAsync(IDatabase database, string room, long number, RedisValue epoch, RedisValue revision)
    {
        RedisKey bucket = context.Keys.Bucket(room, number);
        using var entries = await TryReadAsync(database, bucket).ConfigureAwait(false);
        var (count, bytes, length) = (0, 0, 0);
        byte[] last = [];
        var cipher = context.Ciphers is { } ciphers ? await ciphers.ForSendingAsync(room, _ending.Token).ConfigureAwait(false) : null;
        if (cipher is null && entries is not null && OpenBucket.IsEncrypted(entries))
        {
            // What is encrypted stays so, also if this process does not choose the room.
            if (context.Ciphers is null)
            {
                return Outcome.Left;
            }

            cipher = await context.Ciphers.EnsureAsync(room, _ending.Token).ConfigureAwait(false);
        }

        using var messages = entries is null ? null : OpenBucket.TryRead(number, entries, out count, out bytes, out last, cipher);
        var content = messages is null ? [] : messages.Pack(out length);

        var isWorthIt = messages is not null && SealingRule.IsWorthIt(length, bytes);
        var lastId = isWorthIt ? messages!.LastId() : 0;
        RedisKeyOrValue[] words =
        [
            default(RedisKeyOrValue), default(RedisKeyOrValue),
            (RedisKey)context.Keys.Room(room), bucket, (RedisKey)context.Keys.Sealed(room),
            (RedisValue)number, epoch, revision, (RedisValue)count, (RedisValue)lastId, (RedisValue)last,
            isWorthIt ? (RedisValue)content.AsMemory(0, length) : RedisValue.EmptyString,
        ];
        if (cipher is not null)
        {
            words = [.. words[..5], (RedisKey)context.Keys.DataKeys(ThreadId.RuledBy(room)), .. words[5..], (RedisValue)cipher.Keys.CurrentName];
        }

        using var answer = await Script.RunAsync(database, words, keys: cipher is null ? 3 : 4, CommandFlags.DemandMaster).AsTask().UntilAsync(_ending.Token).ConfigureAwait(false);

        // Not without an answer: the client library may still be about to send it.
        ArrayPool<byte>.Shared.Return(content);
        var result = answer.Read().ReadInt64();
        if (result < 0)
        {
            // The data key was rotated or deleted. The next attempt reads the keys again.
            context.Ciphers!.Forget(room);
        }

        return result <= 0 ? Outcome.Nothing : entries is not null && entries.Read().AggregateLength() == 0 ? Outcome.WasEmpty : Outcome.Done;
    }

    private async Task<RespResult?> TryReadAsync(IDatabase database, RedisKey bucket)
    {
        try
        {
            RedisKeyOrValue[] words = [bucket];
            return await database.ExecuteRespAsync("HGETALL", words, CommandFlags.DemandMaster).UntilAsync(_ending.Token).ConfigureAwait(false);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
        {
            // The key belongs to another program. Readers report it.
            return null;
        }
    }

    private static bool TryNumber(RedisValue value, out long number) => StrictNumber.TryRead(((ReadOnlyMemory<byte>)value).Span, out number);
}
