using System.Buffers;
using System.Buffers.Text;

namespace RedisChat.Redis;

/// <summary>
/// One pass over one room of the classic layout: makes the room of the chat equal to it, bucket by bucket. Nothing in the classic layout says what has changed, so a pass compares everything. Until the last pass, the room is one
/// that is being imported, so nobody reads it or sends to it.
/// </summary>
/// <remarks>
/// A pass that is cut off leaves some buckets as they are now and others as they were before, which the next pass finds. What follows from the messages is only written by the last pass, from the beginning: lists of users' messages
/// can only be appended to, and a slow program may still store a message below one that was copied.
/// </remarks>
/// <param name="calls">Runs the calls of the chat.</param>
/// <param name="history">The room in the classic layout.</param>
/// <param name="planned">The room, and where the pass before left it.</param>
/// <param name="options">What to do.</param>
internal sealed partial class RoomMigration(TransferCalls calls, ClassicHistory history, PlannedRoom planned, MigrationOptions options)
{
    private const int WritesAtOnce = 2000;
    private const long BytesAtOnce = 4 * 1024 * 1024;
    private const int BucketsAtOnce = 4;
    private const int MostNamed = 100;

    private readonly KeyNames _keys = calls.Keys;
    private readonly string _room = planned.Room;
    private readonly string _key = calls.Keys.Room(planned.Room);
    private readonly ImportCommits _commits = new(calls, new TransferScope(planned.Room), "migration");
    private readonly WriteBatch _batch = new();
    private readonly ArrayBufferWriter<byte> _json = new();
    private readonly List<long> _unreadable = [];
    private readonly HashSet<string> _listed = new(StringComparer.Ordinal);
    private ImportStep _step;
    private long _last;
    private long _time;
    private long _messages;
    private long _added;
    private long _changed;
    private long _removed;
    private long _unreadableCount;
    private long _withoutAuthor;

    private bool IsLast => options is { Complete: true, DryRun: false };

    // As the sealer does, but at once.
    private long SealBelow => SealingRule.OpenFrom(_last, calls.Context.Options.SealAfter);

    /// <summary>Runs the pass.</summary>
    /// <param name="read">Called with the number of messages that were read.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<MigratedRoom> RunAsync(Action<long> read, CancellationToken cancellationToken)
    {
        // First of all: an id that is assigned later is one for the next pass.
        _last = await history.ReadLastAsync(cancellationToken).ConfigureAwait(false) ?? throw Lost();
        if (_last < planned.Last)
        {
            throw Lost();
        }

        await history.LoadUsersAsync(cancellationToken).ConfigureAwait(false);
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        await UseCipherAsync(cancellationToken).ConfigureAwait(false);
        var next = ReadAsync(0, cancellationToken);
        for (var bucket = 0L; bucket <= Buckets.Of(_last); bucket += BucketsAtOnce)
        {
            var (records, buckets) = await next.ConfigureAwait(false);
            if (bucket + BucketsAtOnce <= Buckets.Of(_last))
            {
                next = ReadAsync(bucket + BucketsAtOnce, cancellationToken).Observed();
            }

            if (records.Length > 0)
            {
                await history.LoadAuthorsAsync(FirstOf(bucket), records.Length, _last, cancellationToken).ConfigureAwait(false);
            }

            foreach (var stored in buckets)
            {
                Apply(stored, records.AsSpan(), FirstOf(bucket));
                if (_batch.Count >= WritesAtOnce || _batch.Bytes >= BytesAtOnce)
                {
                    await FlushAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            read(records.Length);
        }

        await FlushAsync(cancellationToken).ConfigureAwait(false);
        if (IsLast)
        {
            await CompleteAsync(cancellationToken).ConfigureAwait(false);
        }

        return new MigratedRoom
        {
            Room = _room,
            IsComplete = IsLast,
            LastId = _last,
            Messages = _messages,
            Added = _added,
            Changed = _changed,
            Removed = _removed,
            Unreadable = _unreadableCount,
            UnreadableIds = _unreadable,
            WithoutAuthor = _withoutAuthor,
            Late = 0,
        };
    }

    private static long FirstOf(long bucket) => Math.Max(1, bucket * Buckets.Size);

    private ChatTransferException Lost() => new($"room {_room}: the counter in the classic layout went back during the migration, so it has lost data. Restore it, and repeat the migration.") { Room = _room };

    private async Task<(ClassicRecord[] Records, List<ReadBucket> Buckets)> ReadAsync(long bucket, CancellationToken cancellationToken)
    {
        var count = (int)Math.Min(BucketsAtOnce, Buckets.Of(_last) - bucket + 1);
        var first = FirstOf(bucket);
        var records = history.ReadAsync(first, (int)(Math.Min(_last, ((bucket + count) * Buckets.Size) - 1) - first + 1), cancellationToken).Observed();
        var buckets = await calls.ReadAsync(
            database => ReadBucket.ReadAsync(calls.Context, database, _room, ScopeReads.Numbers(bucket, count), "", cancellationToken), cancellationToken).ConfigureAwait(false);
        return (await records.ConfigureAwait(false), buckets);
    }

    private void Apply(ReadBucket stored, ReadOnlySpan<ClassicRecord> records, long first)
    {
        var messages = new List<(long Id, byte[] Value)>(Buckets.Size);
        for (var id = FirstOf(stored.Number); id < (stored.Number + 1) * Buckets.Size && id <= _last; id++)
        {
            var record = records[(int)(id - first)];
            if (TryRead(id, record) is { } value)
            {
                messages.Add((id, value));
            }
            else if (record.IsForeign || !record.Content.IsNull || !record.Timestamp.IsNull || history.AuthorOf(id).Length > 0)
            {
                _unreadableCount++;
                if (_unreadable.Count < MostNamed)
                {
                    _unreadable.Add(id);
                }
            }
        }

        _messages += messages.Count;
        var differs = Count(stored, messages) || stored.IsDouble || stored.Unreadable is not null || !IsAsNew(stored);
        var mayBeSealed = stored.Number < SealBelow && messages.Count > 0;
        if (differs || (IsLast && mayBeSealed && !stored.IsSealed))
        {
            Write(stored, messages, differs, mayBeSealed ? SealedContent.TryPack(stored.Number, messages, _cipher) : null);
        }

        if (IsLast)
        {
            WriteDerived(stored.Number, messages);
        }
    }

    /// <summary>The value of a message in the chat; <see langword="null"/> if it is not readable.</summary>
    private byte[]? TryRead(long id, ClassicRecord record)
    {
        if (record.Content.IsNull || new ClassicMessage(id, history.AuthorOf(id), record.Content, record.Timestamp).TryRead() is not { } message)
        {
            return null;
        }

        var time = Micros.FromTime(message.Timestamp);
        _json.ResetWrittenCount();
        _json.Write("{\"t\":"u8);
        Utf8Formatter.TryFormat(time, _json.GetSpan(20), out var length);
        _json.Advance(length);
        MessageJson.WriteTailOfNew(_json, new NewMessage(message.User, message.Text));
        _withoutAuthor += message.User.Length == 0 ? 1 : 0;
        _time = time;
        return _json.WrittenSpan.ToArray();
    }

    /// <summary>Counts what differs from what is stored.</summary>
    private bool Count(ReadBucket stored, List<(long Id, byte[] Value)> messages)
    {
        var (added, changed) = (0, 0);
        foreach (var (id, value) in messages)
        {
            if (!stored.Messages.TryGetValue(id, out var before))
            {
                added++;
            }
            else if (!IsSame(id, before, value))
            {
                changed++;
            }
        }

        var removed = stored.Messages.Count - (messages.Count - added);
        _added += added;
        _changed += changed;
        _removed += removed;
        return added > 0 || changed > 0 || removed > 0;
    }

    private void Write(ReadBucket stored, List<(long Id, byte[] Value)> messages, bool differs, byte[]? packed)
    {
        var (open, number) = (_keys.Bucket(_room, stored.Number), stored.Number);
        if (packed is not null)
        {
            _batch.Set(_keys.Sealed(_room), number, packed);
            _batch.Remove(open);
            return;
        }

        if (!differs)
        {
            return;
        }

        if (stored.IsSealed)
        {
            _batch.Delete(_keys.Sealed(_room), number);
        }

        _batch.Remove(open);
        foreach (var (id, value) in messages)
        {
            _batch.Set(open, id, Stored(id, value));
        }
    }

    private void WriteDerived(long number, List<(long Id, byte[] Value)> messages)
    {
        if (messages.Count == 0 && number < Buckets.Of(_last))
        {
            _batch.SetBit(_keys.Gone(_room), number);
        }

        foreach (var (id, _) in messages)
        {
            // Also if the search for the lists of a pass that was cut off missed one, because its slot was being moved.
            var list = _keys.Author(_room, history.AuthorOf(id));
            if (_listed.Add(list))
            {
                _batch.Remove(list);
            }

            _batch.Append(list, MessageIndexes.Listed(id));
        }
    }
}
