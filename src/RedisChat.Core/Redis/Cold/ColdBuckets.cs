using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Reads buckets that Redis does not have any more, and puts them back to be changed. Redis always comes first: a bucket in the archive is what readers get only if Redis has neither the bucket nor a mark that it was put
/// back.
/// </summary>
/// <remarks>
/// A bucket goes from Redis to the archive in one step of a script, after its copy is safe there; so does the way back. A reader therefore asks in this order: the bucket where it usually is, then the room's border and
/// the marks, then the archive. What the first read missed was in the archive, or empty, at that moment, and the archive still has it, or something later, unless the room was deleted since.
/// </remarks>
internal sealed class ColdBuckets(RedisStoreContext context)
{
    // Each time, a bucket was put back or moved away between two commands.
    private const int MostAttempts = 20;

    private static readonly RedisScript ThawScript = new("bucket_thaw.lua");

    private readonly KeyNames _keys = context.Keys;

    /// <summary>What Redis says of buckets that a reader missed.</summary>
    /// <param name="Epoch">The room's epoch; 0 if there is no such room.</param>
    /// <param name="Field">Its border.</param>
    /// <param name="First">The first bucket that was not trimmed.</param>
    /// <param name="Sealed">The buckets that Redis has.</param>
    /// <param name="Archived">Those that are in the archive.</param>
    /// <param name="Unclear">Those to ask for again, because they were moved during the read.</param>
    private sealed record State(ulong Epoch, ArchivedField Field, long First, Dictionary<long, ReadOnlyMemory<byte>> Sealed, List<long> Archived, List<long> Unclear);

    /// <summary>The calls of the archive.</summary>
    public ArchiveCalls Archive { get; } = new(context);

    /// <summary>The first bucket that was not moved to the archive.</summary>
    public async ValueTask<long> ReadBorderAsync(RoomReads reads, string room)
    {
        var asked = reads.HashGetAsync(new RedisKeyOrValue[] { (RedisKey)_keys.Room(room), (RedisValue)ArchivedField.Name });
        await asked.ConfigureAwait(false);
        using var values = HashValues.Of(asked);
        return values.Read().TryNext(out var text) ? ArchivedField.Parse(_keys, room, text).Below : 0;
    }

    /// <summary>
    /// How far the room was moved to the archive, if this process has that archive. The bucket before the border is always there: it was stored before the border was moved, and if its messages are deleted, the archive keeps
    /// its version. A directory that is not mounted, for example, lacks it, and then "nothing found" means nothing.
    /// </summary>
    /// <param name="reads">Where to read.</param>
    /// <param name="room">The room.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="isFresh">Whether to ask the archive even if that bucket is cached.</param>
    /// <returns>The room's epoch, the first bucket that was not moved, and the first that was not trimmed; all 0 if nothing was moved.</returns>
    /// <exception cref="ChatArchiveException">The archive failed, or lacks the bucket.</exception>
    public async ValueTask<(ulong Epoch, long Below, long First)> ReadCheckedBorderAsync(RoomReads reads, string room, CancellationToken cancellationToken, bool isFresh = false)
    {
        for (var attempt = 1; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var asked = AskRoomAsync(reads, room);
            await asked.ConfigureAwait(false);
            var (epoch, field, first) = ReadRoom(room, asked, erased: 0);
            var state = new State(epoch, field, first, [], LastMoved(field), []);
            await ReadArchiveAsync(reads, room, state, cancellationToken, isFresh).ConfigureAwait(false);
            if (state.Unclear.Count == 0)
            {
                return (epoch, field.Below, first);
            }

            ThrowIfTooMany(attempt);
        }
    }

    /// <summary>The same check for a room that is being deleted, before anything of it is removed from the archive.</summary>
    /// <exception cref="ChatArchiveException">The archive failed, or lacks the bucket before the border.</exception>
    public async ValueTask CheckErasedAsync(IDatabase database, string room, ulong epoch, CancellationToken cancellationToken)
    {
        var asked = AskRoomAsync(new PrimaryReads(database), room);
        await asked.UntilAsync(cancellationToken).ConfigureAwait(false);
        var (_, field, _) = ReadRoom(room, asked, erased: epoch);
        await Archive.ReadAsync(room, epoch, field.Thaws, LastMoved(field), cancellationToken, isFresh: true).ConfigureAwait(false);
    }

    /// <summary>The contents of buckets that were neither open nor sealed a moment ago: of those that have messages, by number.</summary>
    /// <param name="reads">Where that was read, too.</param>
    /// <param name="room">The room.</param>
    /// <param name="numbers">The buckets, each once.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatArchiveException">The archive failed, or lacks a bucket that was moved there.</exception>
    public async ValueTask<Dictionary<long, ReadOnlyMemory<byte>>> ReadAsync(RoomReads reads, string room, IReadOnlyList<long> numbers, CancellationToken cancellationToken)
    {
        var found = new Dictionary<long, ReadOnlyMemory<byte>>(numbers.Count);
        if (!MayHave(room))
        {
            // Another process may have one: what is there must not be taken for deleted.
            var border = await ReadBorderAsync(reads, room).ConfigureAwait(false);
            numbers = [.. numbers.Where(number => number < border)];
        }

        for (var attempt = 1; numbers.Count > 0; attempt++)
        {
            var state = await ReadStateAsync(reads, room, numbers, cancellationToken).ConfigureAwait(false);
            foreach (var (number, content) in state.Sealed)
            {
                found[number] = content;
            }

            foreach (var (number, content) in await ReadArchiveAsync(reads, room, state, cancellationToken).ConfigureAwait(false))
            {
                found[number] = content;
            }

            numbers = state.Unclear;
            ThrowIfTooMany(attempt);
        }

        return found;
    }

    /// <summary>Puts buckets back into Redis that are in the archive, so that they can be changed there.</summary>
    /// <returns>The contents of those that are sealed in Redis now, whether they were put back or not.</returns>
    /// <exception cref="ChatArchiveException">The archive failed, or lacks a bucket that was moved there.</exception>
    public async ValueTask<Dictionary<long, ReadOnlyMemory<byte>>> ThawAsync(IDatabase database, string room, IReadOnlyList<long> numbers, CancellationToken cancellationToken)
    {
        var reads = new PrimaryReads(database);
        var found = new Dictionary<long, ReadOnlyMemory<byte>>();
        for (var attempt = 1; numbers.Count > 0; attempt++)
        {
            var state = await ReadStateAsync(reads, room, numbers, cancellationToken).ConfigureAwait(false);
            foreach (var (number, content) in state.Sealed)
            {
                found[number] = content;
            }

            // Not from the cache: what is put back replaces what the archive has.
            var contents = await ReadArchiveAsync(reads, room, state, cancellationToken, isFresh: true).ConfigureAwait(false);
            numbers = state.Unclear;
            if (contents.Count > 0)
            {
                // Before they are put back, so that someone takes them to the archive again wherever this process dies.
                await context.Upkeep.AddBeforeAsync(ThreadId.RuledBy(room), cancellationToken).ConfigureAwait(false);
                if (await TryThawAsync(database, room, state, contents, cancellationToken).ConfigureAwait(false))
                {
                    foreach (var (number, content) in contents)
                    {
                        found[number] = content;
                    }
                }
                else
                {
                    numbers = [.. numbers, .. contents.Keys];
                }
            }

            ThrowIfTooMany(attempt);
        }

        return found;
    }

    /// <summary>The contents of buckets of a room that is being deleted, of those that are in the archive. Nothing is put back or moved any more.</summary>
    public async ValueTask<Dictionary<long, ReadOnlyMemory<byte>>> ReadErasedAsync(IDatabase database, string room, ulong epoch, IReadOnlyList<long> numbers, CancellationToken cancellationToken)
    {
        var state = await ReadStateAsync(new PrimaryReads(database), room, numbers, cancellationToken, erased: epoch).ConfigureAwait(false);
        return await Archive.ReadAsync(room, epoch, state.Field.Thaws, state.Archived, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Reads the archived ones of some buckets. If the archive lacks one, or fails, they become unclear if the room is not the same any more: a deletion marks the room in Redis before it removes anything from the archive.
    /// </summary>
    private async ValueTask<Dictionary<long, ReadOnlyMemory<byte>>> ReadArchiveAsync(RoomReads reads, string room, State state, CancellationToken cancellationToken, bool isFresh = false)
    {
        try
        {
            return await Archive.ReadAsync(room, state.Epoch, state.Field.Thaws, state.Archived, cancellationToken, isFresh).ConfigureAwait(false);
        }
        catch (ChatArchiveException)
        {
            var asked = AskRoomAsync(reads, room);
            await asked.ConfigureAwait(false);
            if (ReadRoom(room, asked, erased: 0) == (state.Epoch, state.Field, state.First))
            {
                throw;
            }
        }

        state.Unclear.AddRange(state.Archived);
        return [];
    }

    /// <summary>Whether buckets that Redis lacks may be in the archive, as far as this process knows without asking.</summary>
    private bool MayHave(string room) => context.Archive is not null || (context.Rooms.TryGet(room, out var known) && ArchivedField.IsIn(known.Uses));

    private async ValueTask<State> ReadStateAsync(RoomReads reads, string room, IReadOnlyList<long> numbers, CancellationToken cancellationToken, ulong erased = 0)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var roomAnswer = AskRoomAsync(reads, room);
        var before = reads.HashGetAsync(Words(_keys.Thawed(room), numbers));
        var sealedAnswer = reads.HashGetAsync(Words(_keys.Sealed(room), numbers));
        var after = reads.HashGetAsync(Words(_keys.Thawed(room), numbers));
        Task[] asked = [roomAnswer, before, sealedAnswer, after];
        foreach (var answer in asked)
        {
            answer.Observe();
        }

        await Task.WhenAll(asked).ConfigureAwait(false);
        var (epoch, field, least) = ReadRoom(room, roomAnswer, erased);
        var state = new State(epoch, field, least, [], [], []);
        using var marksBefore = HashValues.Of(before);
        using var contents = HashValues.Of(sealedAnswer);
        using var marksAfter = HashValues.Of(after);
        var first = marksBefore.Read();
        var content = contents.Read();
        var second = marksAfter.Read();
        foreach (var number in numbers)
        {
            var wasThawed = first.TryNext(out var mark);
            var isSealed = content.TryNext(out var value);
            var isThawed = second.TryNext(out var markAfter);
            if (isSealed)
            {
                state.Sealed.Add(number, value.ToArray());
            }
            else if (epoch == 0 || number >= field.Below || number < state.First)
            {
                // Its messages were deleted. What was trimmed before the first bucket was moved never went to the archive.
            }
            else if (!wasThawed)
            {
                state.Archived.Add(number);
            }
            else if (!isThawed || !mark.SequenceEqual(markAfter))
            {
                state.Unclear.Add(number);
            }

            // Otherwise it was put back, and its messages were deleted.
        }

        return state;
    }

    private static List<long> LastMoved(ArchivedField field) => field.Below > 0 ? [field.Below - 1] : [];

    private Task AskRoomAsync(RoomReads reads, string room) =>
        reads.HashGetAsync(new RedisKeyOrValue[] { (RedisKey)_keys.Room(room), (RedisValue)"epoch", (RedisValue)ArchivedField.Name, (RedisValue)HistoryStart.Field });

    private (ulong Epoch, ArchivedField Field, long First) ReadRoom(string room, Task answer, ulong erased)
    {
        using var values = HashValues.Of(answer);
        var reader = values.Read();
        if (!reader.TryNext(out var epochText) || (!StrictNumber.TryReadEpoch(epochText, out var epoch) && (epoch = erased) == 0) || !reader.TryNext(out var text))
        {
            return default;
        }

        var field = ArchivedField.Parse(_keys, room, text);
        return (epoch, field, reader.TryNext(out var least) ? Buckets.Of(HistoryStart.Parse(_keys, room, least)) : 0);
    }

    private async ValueTask<bool> TryThawAsync(IDatabase database, string room, State state, Dictionary<long, ReadOnlyMemory<byte>> contents, CancellationToken cancellationToken)
    {
        RedisKeyOrValue[] words =
        [
            (RedisKey)_keys.Room(room), (RedisKey)_keys.Sealed(room), (RedisKey)_keys.Thawed(room),
            (RedisValue)state.Epoch.ToString("x", CultureInfo.InvariantCulture), (RedisValue)state.Field.Thaws,
            .. contents.SelectMany(bucket => new RedisKeyOrValue[] { (RedisValue)bucket.Key, (RedisValue)bucket.Value }),
        ];
        var answer = await ThawScript.AskAsync(database, 3, words, cancellationToken).ConfigureAwait(false);
        return answer[0] == "1";
    }

    private static RedisKeyOrValue[] Words(string key, IReadOnlyList<long> numbers)
    {
        var words = new RedisKeyOrValue[numbers.Count + 1];
        words[0] = (RedisKey)key;
        for (var i = 0; i < numbers.Count; i++)
        {
            words[i + 1] = (RedisValue)numbers[i];
        }

        return words;
    }

    private static void ThrowIfTooMany(int attempt)
    {
        if (attempt >= MostAttempts)
        {
            throw new ChatUnavailableException("Old messages kept moving between Redis and the archive while they were read. Nothing was changed.");
        }
    }
}
