using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Moves buckets to the archive: reads some at one moment, stores the copy there durably, and removes them by a script if they are still the same. So wherever a process dies, each message is in Redis, in the archive, or
/// in both, where Redis counts. The version of a copy is the time at which it was read: a process that was stopped in between cannot replace a later copy.
/// </summary>
internal sealed class RedisArchiving(RedisStoreContext context) : IArchivingStore
{
    private const int BucketsAtOnce = 16;

    // The newest bucket is being filled, and the scripts that count unread messages read the one before it.
    private const int Recent = 2;

    private static readonly RedisValue[] Fields = ["epoch", "last", ArchivedField.Name, HistoryStart.Field, "uses"];

    private readonly KeyNames _keys = context.Keys;
    private readonly BucketMoves _moves = new(context);

    /// <summary>
    /// How long a room has been marked before its first bucket goes. A reader that found no mark does not ask the archive, so this is longer than any operation: see <see cref="ChatOptions.OperationTimeout"/>.
    /// </summary>
    internal TimeSpan Margin { get; set; } = TimeSpan.FromMinutes(6);

    /// <summary>How long a bucket stays that was put back to be changed: more changes may follow.</summary>
    internal TimeSpan Rest { get; set; } = TimeSpan.FromMinutes(1);

    public void UseArchive(IRoomArchive archive)
    {
        ArgumentNullException.ThrowIfNull(archive);
        context.Archive = archive;
    }

    public ValueTask<ArchivedStep> ArchiveStepAsync(string room, ArchivePolicy policy, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return context.Calls.RunAsync(
            (Archiving: this, Room: room, Policy: policy),
            static (database, call, token) => call.Archiving.StepAsync(database, call.Room, call.Policy, token), cancellationToken, writes: true);
    }

    /// <summary>Moves some of the buckets at once that were put back to be changed, so that the archive keeps nothing of what they were. Those that another call changes meanwhile, or the archive refuses, are left to the upkeep.</summary>
    /// <returns>Whether there may be more.</returns>
    public async ValueTask<bool> SettleStepAsync(IDatabase database, string room, CancellationToken cancellationToken)
    {
        var uses = await database.HashGetAsync(_keys.Room(room), Fields[4], CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
        var cipher = await ArchivingCiphers.ForRoomAsync(context, room, uses, cancellationToken).ConfigureAwait(false);
        return await MoveBackAsync(database, room, cipher, TimeSpan.Zero, cancellationToken).ConfigureAwait(false) is { Moved: > 0 };
    }

    public ValueTask<ArchivedStep> PreviewStepAsync(string room, ArchivePolicy policy, long skip, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        return context.Calls.RunAsync(
            (Archiving: this, Room: room, Policy: policy, Skip: skip),
            static (database, call, token) => call.Archiving.PreviewAsync(database, call.Room, call.Policy, call.Skip, token), cancellationToken);
    }

    private async ValueTask<ArchivedStep> PreviewAsync(IDatabase database, string room, ArchivePolicy policy, long skip, CancellationToken cancellationToken)
    {
        if (await ReadStateAsync(database, room, cancellationToken).ConfigureAwait(false) is not { } state || state.Numbers(policy, skip) is not { Length: > 0 } numbers)
        {
            return new ArchivedStep(0, null);
        }

        await CheckArchiveAsync(database, room, state, cancellationToken).ConfigureAwait(false);
        var (_, now, _, copies) = await _moves.CopyAsync(database, room, numbers, state.Cipher, cancellationToken).ConfigureAwait(false);
        var count = copies.TakeWhile(copy => MayGo(copy, policy, state.Last, now)).Count();
        return new ArchivedStep(count, count > 0 && count == copies.Count ? TimeSpan.Zero : null);
    }

    private async ValueTask<ArchivingState?> ReadStateAsync(IDatabase database, string room, CancellationToken cancellationToken)
    {
        var fields = await database.HashGetAsync(_keys.Room(room), Fields, CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
        if (fields[0].IsNull || fields[0] == RoomCounters.BeingDeleted || !StrictNumber.TryRead(((ReadOnlyMemory<byte>)fields[1]).Span, out var last))
        {
            return null;
        }

        var marked = fields[2].IsNull ? (ArchivedField?)null : ArchivedField.Parse(_keys, room, ((ReadOnlyMemory<byte>)fields[2]).Span);
        var cipher = await ArchivingCiphers.ForRoomAsync(context, room, fields[4], cancellationToken).ConfigureAwait(false);

        // What was trimmed is not moved.
        var first = fields[3].IsNull ? 0 : Buckets.Of(HistoryStart.Parse(_keys, room, ((ReadOnlyMemory<byte>)fields[3]).Span));
        return new ArchivingState(last, marked, Math.Max(marked?.Below ?? 0, first), cipher);
    }

    private async ValueTask<ArchivedStep> StepAsync(IDatabase database, string room, ArchivePolicy policy, CancellationToken cancellationToken)
    {
        if (await ReadStateAsync(database, room, cancellationToken).ConfigureAwait(false) is not { } state)
        {
            return new ArchivedStep(0, null);
        }

        TimeSpan? next = null;
        if (state.Marked is not null)
        {
            var back = await MoveBackAsync(database, room, state.Cipher, Rest, cancellationToken).ConfigureAwait(false);
            if (back is { Moved: > 0 } || back.Next == TimeSpan.Zero)
            {
                return back;
            }

            next = back.Next;
        }

        if (state.Numbers(policy, skip: 0) is not { Length: > 0 } numbers)
        {
            return new ArchivedStep(0, next);
        }

        var (epoch, now, version, copies) = await _moves.CopyAsync(database, room, numbers, state.Cipher, cancellationToken).ConfigureAwait(false);
        var moving = copies.TakeWhile(copy => MayGo(copy, policy, state.Last, now)).ToList();
        if (moving.Count == 0)
        {
            return new ArchivedStep(0, Sooner(next, copies.Count > 0 ? WaitFor(copies[0], policy, now) : null));
        }

        if (state.Marked is not { } present)
        {
            await _moves.MarkAsync(database, room, epoch, cancellationToken).ConfigureAwait(false);
            return new ArchivedStep(0, Sooner(next, Margin)) { IsWaiting = true };
        }

        if (Margin - TimeSpan.FromMicroseconds(now - present.Since) is var wait && wait > TimeSpan.Zero)
        {
            return new ArchivedStep(0, Sooner(next, wait)) { IsWaiting = true };
        }

        await CheckArchiveAsync(database, room, state, cancellationToken).ConfigureAwait(false);
        var outcome = await _moves.TryMoveAsync(database, room, epoch, version, moving, present.Below, state.Start + moving.Count, cancellationToken).ConfigureAwait(false);
        return outcome with { Next = outcome.Moved > 0 ? TimeSpan.Zero : Sooner(next, outcome.Next) };
    }

    /// <summary>Throws if the archive lacks what was moved to it: it may be another one, which must not get the next buckets.</summary>
    private async ValueTask CheckArchiveAsync(IDatabase database, string room, ArchivingState state, CancellationToken cancellationToken)
    {
        if (state.Marked is { Below: > 0 })
        {
            await context.Cold.ReadCheckedBorderAsync(new PrimaryReads(database), room, cancellationToken, isFresh: true).ConfigureAwait(false);
        }
    }

    /// <summary>Moves buckets to the archive again that were put back to be changed.</summary>
    private async ValueTask<ArchivedStep> MoveBackAsync(IDatabase database, string room, RoomCipher? cipher, TimeSpan rest, CancellationToken cancellationToken)
    {
        var entries = await database.HashGetAllAsync(_keys.Thawed(room), CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
        var thawed = new List<(long Number, long At)>();
        foreach (var entry in entries)
        {
            if (StrictNumber.TryRead(((ReadOnlyMemory<byte>)entry.Name).Span, out var number) && StrictNumber.TryReadFirst(((ReadOnlyMemory<byte>)entry.Value).Span, out var at, out _))
            {
                thawed.Add((number, at));
            }
        }

        if (thawed.Count == 0)
        {
            return new ArchivedStep(0, null);
        }

        var oldest = thawed.OrderBy(bucket => bucket.At).Take(BucketsAtOnce).ToList();
        var times = oldest.ToDictionary(bucket => bucket.Number, bucket => bucket.At);
        var (epoch, now, version, copies) = await _moves.CopyAsync(database, room, [.. oldest.Select(bucket => bucket.Number).Order()], cipher, cancellationToken).ConfigureAwait(false);
        var moving = copies.FindAll(copy => !copy.Mark.IsNullOrEmpty && now - times[copy.Number] >= Micros.FromSpan(rest));
        if (moving.Count == 0)
        {
            return new ArchivedStep(0, Sooner(null, rest - TimeSpan.FromMicroseconds(now - oldest[0].At)));
        }

        var (_, below, _) = await context.Cold.ReadCheckedBorderAsync(new PrimaryReads(database), room, cancellationToken, isFresh: true).ConfigureAwait(false);
        var outcome = await _moves.TryMoveAsync(database, room, epoch, version, moving, below, below, cancellationToken).ConfigureAwait(false);
        return outcome with { Next = outcome.Moved > 0 ? TimeSpan.Zero : outcome.Next };
    }

    private static bool MayGo(CopiedBucket copy, ArchivePolicy policy, long last, long now) =>
        (policy.KeepMessages is { } most && ((copy.Number + 1) * Buckets.Size) - 1 <= last - most)
        || (policy.KeepFor is { } age && now - copy.Newest > Micros.FromSpan(age));

    private static TimeSpan? WaitFor(CopiedBucket copy, ArchivePolicy policy, long now) =>
        policy.KeepFor is { } age ? TimeSpan.FromMicroseconds(copy.Newest + Micros.FromSpan(age) - now) + TimeSpan.FromMilliseconds(1) : null;

    /// <summary>The earlier of two times, none of them past.</summary>
    private static TimeSpan? Sooner(TimeSpan? one, TimeSpan? other)
    {
        var sooner = one is { } a && (other is null || a < other) ? one : other;
        return sooner < TimeSpan.Zero ? TimeSpan.Zero : sooner;
    }

    /// <summary>How far the archiving of a room is.</summary>
    /// <param name="Last">The room's last id.</param>
    /// <param name="Marked">Its field for the archive, if it has one.</param>
    /// <param name="Start">The first bucket that is neither in the archive nor trimmed.</param>
    /// <param name="Cipher">The cipher of an encrypted room.</param>
    private readonly record struct ArchivingState(long Last, ArchivedField? Marked, long Start, RoomCipher? Cipher)
    {
        /// <summary>The next buckets that a policy may let go.</summary>
        public long[] Numbers(ArchivePolicy policy, long skip)
        {
            var (start, count) = (Start + skip, Buckets.Of(Last) - Recent + 1 - Start - skip);
            return (policy.KeepFor is null && policy.KeepMessages is null) || count <= 0 ? [] : [.. Enumerable.Range(0, (int)Math.Min(BucketsAtOnce, count)).Select(i => start + i)];
        }
    }
}
