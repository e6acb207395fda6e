using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Deletes rooms, step by step. The first step marks the room: it then reads as empty, and all scripts refuse to write to it. Then its buckets go, which are numbered; then
/// whatever other keys it has, found with <c>SCAN</c>, because nothing lists the authors of deleted messages; and last the room itself, which holds how far the deletion is.
/// </summary>
/// <param name="context">The shared parts of the store.</param>
/// <param name="changer">Marks the room.</param>
/// <param name="index">The directory.</param>
/// <param name="right">Checks that the actor may delete the room.</param>
/// <param name="others">What goes with a room besides its own keys.</param>
/// <param name="kept">What must be kept of the messages.</param>
internal sealed class RoomEraser(RedisStoreContext context, RoomChanger changer, DirectoryIndex index, ManageRight right, IReadOnlyList<IDeletedRoom> others, IErasedMessages kept)
{
    /// <summary>The kind of the event, and of the last entry of the change log.</summary>
    public const char Kind = 'x';

    private const string Subject = "room";
    private const string Buckets = "buckets";
    private const string Others = "others";
    private const string Scan = "scan";

    // Each takes a few ms at most, so that the server serves others in between.
    private const int BucketsAtOnce = 128;
    private const int KeysAtOnce = 128;
    private const int ScannedAtOnce = 1000;
    private const int ScansAtOnce = 20;

    private static readonly RedisScript Script = new("room_erase.lua");
    private static readonly RedisValue[] Fields = ["epoch", "last", DeletionMark.Field, DeletionMark.Erased, "uses"];

    /// <summary>The deletion of a room, as the room holds it.</summary>
    private readonly record struct Deletion(string Mark, long Last, long Erased, string Uses)
    {
        /// <summary>The epoch that the room had.</summary>
        public string Epoch => EpochIn(Mark);

        public string Cursor(string step) => $"{step} {Epoch}";
    }

    /// <summary>Where a deletion continues that was begun. It means nothing to any other deletion, or to a room that was created since.</summary>
    /// <param name="mark">The room's mark.</param>
    public static string FirstCursor(string mark) => $"{Buckets} {EpochIn(mark)}";

    public async ValueTask<RoomDeletion> StepAsync(string room, Actor actor, string? cursor, CancellationToken cancellationToken)
    {
        var database = await context.Connection.GetDatabaseAsync(cancellationToken, writes: true).ConfigureAwait(false);
        try
        {
            if (cursor is null)
            {
                return await BeginAsync(database, room, actor, cancellationToken).ConfigureAwait(false);
            }

            if (await ReadAsync(database, room, cancellationToken).ConfigureAwait(false) is not { } deletion)
            {
                // Someone else has completed it.
                return new RoomDeletion(0, 0);
            }

            // A cursor is worth something only for its own deletion: the room may have been created and deleted again meanwhile, and a later step would skip the earlier ones.
            var done = cursor.Split(' ') switch
            {
                [Buckets or Others or Scan, var epoch, ..] when epoch != deletion.Epoch => new RoomDeletion(0, 0),
                [Buckets, _] => await EraseBucketsAsync(database, room, deletion, cancellationToken).ConfigureAwait(false),
                [Others, _] => await ForgetAsync(database, room, deletion, cancellationToken).ConfigureAwait(false),
                [Scan, _, var server, var position] => await ScanAsync(database, room, deletion, server, position, cancellationToken).ConfigureAwait(false),
                _ => throw new ChatInputException("The cursor is not one that was returned before.", nameof(cursor)),
            };
            return done;
        }
        catch (Exception e) when (context.Connection.Errors.TryTranslate(e, out var error))
        {
            throw error;
        }
    }

    /// <summary>Marks the room, unless that was done.</summary>
    private async Task<RoomDeletion> BeginAsync(IDatabase database, string room, Actor actor, CancellationToken cancellationToken)
    {
        var found = await right.ReadAsync(database, room, actor, cancellationToken).ConfigureAwait(false);
        if (!found[0].IsNull && found[0] != RoomCounters.BeingDeleted)
        {
            await changer.RunAsync(room, found, state => Mark(room, actor, state.Values), cancellationToken).ConfigureAwait(false);
            context.Rooms.Forget(room);
        }

        if (await ReadAsync(database, room, cancellationToken).ConfigureAwait(false) is not { } deletion)
        {
            if (found[0].IsNull)
            {
                // It may have been deleted by a process that was killed before it removed the entry.
                var entry = await index.ReadAsync(database, room, cancellationToken).ConfigureAwait(false);
                if (!entry.IsNull)
                {
                    await index.DropAsync(database, room, entry, DirectoryIndex.LeastAge, [], cancellationToken).ConfigureAwait(false);
                }
            }

            return new RoomDeletion(0, 0) { Existed = !found[0].IsNull };
        }

        var details = deletion.Mark[(deletion.Mark.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        return actor.IsApplication || DeletionJson.ReadDetails(System.Text.Encoding.UTF8.GetBytes(details)).User == actor.UserId
            ? Progress(deletion, deletion.Cursor(Buckets))
            : throw Forbidden.Error(ForbiddenReason.RoomDeleted);
    }

    /// <summary>The change that marks the room; <see langword="null"/> if there is nothing to mark any more.</summary>
    /// <param name="room">The room.</param>
    /// <param name="actor">Who deletes it.</param>
    /// <param name="values">As <see cref="ManageRight.ReadAsync"/> returns them.</param>
    private RoomChange? Mark(string room, Actor actor, RedisValue[] values)
    {
        if (values[0].IsNull || values[0] == RoomCounters.BeingDeleted)
        {
            return null;
        }

        // An owner can delete an archived room.
        right.Check(room, actor, values, evenIfArchived: true);
        var details = DeletionJson.Write(actor.UserId, null) ?? "{}";
        var (hash, change) = (context.Keys.Room(room), new RoomChange(context.Keys, room, Kind, Subject, RoomPermit.Application));
        change.Expect(hash, "epoch", values[0]).Expect(hash, RuleText.Field, values[1]);
        if (actor.UserId is { } user)
        {
            change.Expect(context.Keys.Members(room), user, values[2]);
        }

        // The field is deleted first, because Redis refuses HSET when memory is full, but not once a script has begun to write.
        return change.Delete(hash, "epoch").Set(hash, "epoch", RoomCounters.BeingDeleted).Set(hash, DeletionMark.Field, $"{values[0]} {details}").Line(details);
    }

    private async Task<RoomDeletion> EraseBucketsAsync(IDatabase database, string room, Deletion deletion, CancellationToken cancellationToken)
    {
        var count = BucketCount(deletion);
        if (deletion.Erased >= count)
        {
            return Progress(deletion, deletion.Cursor(Others));
        }

        var next = Math.Min(deletion.Erased + BucketsAtOnce, count);
        List<string> keys = [];
        for (var bucket = deletion.Erased; bucket < next; bucket++)
        {
            keys.Add(context.Keys.Bucket(room, bucket));
        }

        await kept.KeepAsync(room, deletion.Mark, deletion.Uses, deletion.Erased, next, cancellationToken).ConfigureAwait(false);
        return await EraseAsync(database, room, deletion, keys, cancellationToken, erased: next).ConfigureAwait(false)
            ? Progress(deletion with { Erased = next }, deletion.Cursor(next < count ? Buckets : Others))
            : Progress(deletion, null);
    }

    // Members are removed by the scan, so this comes before it.
    private async Task<RoomDeletion> ForgetAsync(IDatabase database, string room, Deletion deletion, CancellationToken cancellationToken)
    {
        foreach (var other in others)
        {
            await other.ForgetAsync(room, deletion.Mark, cancellationToken).ConfigureAwait(false);
        }

        if (ArchivedField.IsIn(deletion.Uses) && StrictNumber.TryReadEpoch(System.Text.Encoding.ASCII.GetBytes(deletion.Epoch), out var epoch))
        {
            // Once the removal has begun, the archive may lack everything.
            var begun = BucketCount(deletion) + 1;
            if (deletion.Erased < begun)
            {
                try
                {
                    await context.Cold.CheckErasedAsync(database, room, epoch, cancellationToken).ConfigureAwait(false);
                }
                catch (ChatArchiveException)
                {
                    if (await ReadAsync(database, room, cancellationToken).ConfigureAwait(false) == deletion)
                    {
                        throw;
                    }

                    // Another process has begun the removal since.
                    return Progress(deletion, deletion.Cursor(Others));
                }

                if (!await EraseAsync(database, room, deletion, [], cancellationToken, erased: begun).ConfigureAwait(false))
                {
                    return Progress(deletion, null);
                }
            }

            await context.Cold.Archive.RemoveRoomAsync(room, epoch, cancellationToken).ConfigureAwait(false);
        }

        return Progress(deletion, $"{deletion.Cursor(Scan)} - 0");
    }

    private async Task<RoomDeletion> ScanAsync(
        IDatabase database, string room, Deletion deletion, string server, string position, CancellationToken cancellationToken)
    {
        var key = context.Keys.Room(room);
        var primary = PrimaryOf(key);

        // Another server, after a failover or because the slot moved, has a scan of its own.
        var name = NameOf(primary);
        position = server == name ? position : "0";
        for (var scan = 0; scan < ScansAtOnce; scan++)
        {
            (position, var found) = await ScanPage.ReadAsync(primary, database.Database, position, context.Keys.BelowRoom(room), ScannedAtOnce).UntilAsync(cancellationToken).ConfigureAwait(false);
            foreach (var some in found.Where(key => !kept.Owns(room, key)).Chunk(KeysAtOnce))
            {
                if (!await EraseAsync(database, room, deletion, some, cancellationToken).ConfigureAwait(false))
                {
                    return Progress(deletion, null);
                }
            }

            if (position == "0")
            {
                // If the slot moved during the pass, this read is redirected, and the client then knows the new owner, which has not been scanned.
                return !await DeletionMark.IsGoingOnAsync(database, key, deletion.Mark, cancellationToken).ConfigureAwait(false) ? Progress(deletion, null)
                    : NameOf(PrimaryOf(key)) != name ? Progress(deletion, $"{deletion.Cursor(Scan)} - 0")
                    : await EndAsync(database, room, deletion, cancellationToken).ConfigureAwait(false);
            }
        }

        return Progress(deletion, $"{deletion.Cursor(Scan)} {name} {position}");
    }

    private IServer PrimaryOf(string key) =>
        context.Connection.Current?.SocketsOf(key) is [{ Server: var primary }, ..] ? primary : throw RedisErrors.NotSent(null);

    private static string NameOf(IServer server) => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(server.EndPoint.ToString() ?? ""));

    private async Task<RoomDeletion> EndAsync(IDatabase database, string room, Deletion deletion, CancellationToken cancellationToken)
    {
        // The entry goes last, so that a deletion that was interrupted is noticed. It is compared with what it was before the room went: afterward someone
        // may create the room again.
        var entry = await index.ReadAsync(database, room, cancellationToken).ConfigureAwait(false);
        if (await EraseAsync(database, room, deletion, [], cancellationToken, isLast: true).ConfigureAwait(false) && !entry.IsNull)
        {
            await index.DropAsync(database, room, entry, TimeSpan.Zero, [], cancellationToken).ConfigureAwait(false);
        }

        context.Rooms.Forget(room);
        return Progress(deletion, null);
    }

    /// <summary>Removes keys; <see langword="false"/> if someone else has completed the deletion.</summary>
    private async Task<bool> EraseAsync(
        IDatabase database, string room, Deletion deletion, IReadOnlyList<string> keys, CancellationToken cancellationToken, long? erased = null, bool isLast = false)
    {
        RedisKeyOrValue[] words =
        [
            default(RedisKeyOrValue), default(RedisKeyOrValue), (RedisKey)context.Keys.Room(room), (RedisKey)context.Keys.Live(room),
            .. keys.Select(key => (RedisKeyOrValue)(RedisKey)key),
            (RedisValue)deletion.Mark, erased is { } count ? (RedisValue)count : RedisValue.EmptyString,
            (RedisValue)(isLast ? context.Connection.Channels.PublishCommand : ""),
        ];
        using var answer = await Script.RunAsync(database, words, 2 + keys.Count, CommandFlags.DemandMaster).AsTask().UntilAsync(cancellationToken).ConfigureAwait(false);
        return answer.Read().ReadInt64() == 1;
    }

    /// <summary>How far the deletion is; <see langword="null"/> if the room is not being deleted.</summary>
    private async Task<Deletion?> ReadAsync(IDatabase database, string room, CancellationToken cancellationToken)
    {
        var fields = await database.HashGetAsync(context.Keys.Room(room), Fields, CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false);
        return fields[0] == RoomCounters.BeingDeleted
            && StrictNumber.TryRead(((ReadOnlyMemory<byte>)fields[1]).Span, out var last)
            && StrictNumber.TryRead(((ReadOnlyMemory<byte>)(fields[3].IsNull ? (RedisValue)"0" : fields[3])).Span, out var erased)
            ? new Deletion(fields[2]!, last, erased, (string?)fields[4] ?? "")
            : null;
    }

    private static string EpochIn(string mark) => mark.Split(' ', 2)[0];

    private static long BucketCount(Deletion deletion) => (deletion.Last / Redis.Buckets.Size) + 1;

    private static RoomDeletion Progress(Deletion deletion, string? cursor) => new(
        deletion.Erased >= BucketCount(deletion) ? deletion.Last : Math.Max((deletion.Erased * Redis.Buckets.Size) - 1, 0), deletion.Last, cursor);
}
