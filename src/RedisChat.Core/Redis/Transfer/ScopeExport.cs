using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Exports one room, thread or user as it is at one position, without a lock: reads everything, and then what the change log names since, until the revision does not move any more.
/// </summary>
/// <param name="calls">Runs the calls.</param>
/// <param name="writer">Where to.</param>
/// <param name="progress">Is called now and then.</param>
internal sealed class ScopeExport(TransferCalls calls, ExportWriter writer, Action progress)
{
    // At the greatest length of messages, this is 16 MiB.
    private const int BucketsAtOnce = 8;
    private const int FieldsAtOnce = 500;
    private const int EntriesAtOnce = 500;

    // Each pass reads only what changed during the one before it, so it takes a few round trips. A room that changes in all of these never stands still.
    private const int MostPasses = 1000;
    private const int MostAttempts = 10;

    private readonly KeyNames _keys = calls.Keys;

    /// <summary>Exports a scope.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="open">How far it was exported before an interruption.</param>
    /// <param name="scheduled">The users who have scheduled something there.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task RunAsync(TransferScope scope, OpenScope? open, IReadOnlyCollection<string> scheduled, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            if (await TryRunAsync(scope, open, scheduled, cancellationToken).ConfigureAwait(false))
            {
                progress();
                return;
            }

            open = null;
        }

        throw new ChatTransferException(
            $"The export cannot read {scope} at one position, because it changes all the time: edits, reactions and the like never pause for the time of a read. Repeat the export at a quieter time; it continues where it is.")
        {
            Room = scope.IsUser ? null : scope.Id,
        };
    }

    private async Task<bool> TryRunAsync(TransferScope scope, OpenScope? open, IReadOnlyCollection<string> scheduled, CancellationToken cancellationToken)
    {
        var state = await StateAsync(scope, cancellationToken).ConfigureAwait(false);
        if (!state.Exists)
        {
            return await TryRunWithoutRoomAsync(scope, state, scheduled, cancellationToken).ConfigureAwait(false);
        }

        if (open is not null && (open.Epoch != state.Epoch || open.Last > state.Last || !await IsInLogAsync(scope, open.Revision, state, cancellationToken).ConfigureAwait(false)))
        {
            open = null;
        }

        var (first, last, revision, next) = open is null ? (state.First, state.Last, state.Revision, Buckets.Of(state.First)) : (open.First, open.Last, open.Revision, open.NextBucket);
        if (open is not null)
        {
            writer.Continue(open);
        }
        else
        {
            var number = writer.Begin(scope, first, last);
            open = new OpenScope(number, scope.Id, state.Epoch, first, last, revision, next);
            await WriteFieldsAsync(scope, state, scheduled, cancellationToken).ConfigureAwait(false);
            if (!scope.IsUser)
            {
                await WriteWritingAsync(scope, null, cancellationToken).ConfigureAwait(false);
            }
        }

        if (!scope.IsUser)
        {
            await WriteBucketsAsync(scope, state.Uses, open, next, last, cancellationToken).ConfigureAwait(false);
        }

        return await FollowAsync(scope, state, first, last, revision, cancellationToken).ConfigureAwait(false) is { } end && await EndAsync(scope, end, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What may exist without the room: what is scheduled, and notices. It has no position.</summary>
    private async Task<bool> TryRunWithoutRoomAsync(TransferScope scope, ScopeState state, IReadOnlyCollection<string> scheduled, CancellationToken cancellationToken)
    {
        var hasNotices = !scope.IsUser && !scope.IsThread
            && await calls.ReadAsync(database => database.HashLengthAsync(_keys.Attachments(scope.Id), CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false) > 0;
        if ((state.IsClosed || scheduled.Count == 0) && !hasNotices)
        {
            return true;
        }

        writer.Begin(scope, 1, 0);
        if (hasNotices)
        {
            await WriteFieldsAsync(scope, TransferParts.Notices, state, cancellationToken).ConfigureAwait(false);
        }

        if (!state.IsClosed)
        {
            await WriteScheduledAsync(scope, scheduled, cancellationToken).ConfigureAwait(false);
        }

        writer.Complete(scope, state.IsClosed ? [] : state.Exported(), RoomPosition.Start);
        return true;
    }

    private async Task WriteFieldsAsync(TransferScope scope, ScopeState state, IReadOnlyCollection<string> scheduled, CancellationToken cancellationToken)
    {
        foreach (var part in TransferParts.FieldsOf(scope))
        {
            await WriteFieldsAsync(scope, part, state, cancellationToken).ConfigureAwait(false);
        }

        await WriteScheduledAsync(scope, scheduled, cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteFieldsAsync(TransferScope scope, TransferPart part, ScopeState state, CancellationToken cancellationToken)
    {
        await foreach (var entry in calls.FieldsAsync(part.Key!(_keys, scope.Id), cancellationToken).ConfigureAwait(false))
        {
            WriteField(part, (string)entry.Name!, null, entry.Value, state.Last);
        }
    }

    private async Task WriteScheduledAsync(TransferScope scope, IReadOnlyCollection<string> users, CancellationToken cancellationToken)
    {
        foreach (var user in users)
        {
            await foreach (var entry in calls.FieldsAsync(_keys.Scheduled(scope.Id, user), cancellationToken).ConfigureAwait(false))
            {
                WriteField(TransferParts.Scheduled, (string)entry.Name!, user, entry.Value, 0);
            }
        }
    }

    private void WriteField(TransferPart part, string name, string? user, RedisValue value, long last)
    {
        var bytes = ((ReadOnlyMemory<byte>)value).Span;
        if (part == TransferParts.Markers)
        {
            // Markers have no revision, so one may be ahead of the position.
            bytes = Clamp((byte[])value!, last);
        }

        if (part.HasIds && StrictNumber.TryRead(name, out var id))
        {
            writer.Fact(part.Fact, id, bytes, part.IsJson);
        }
        else
        {
            writer.Fact(part.Fact, name, user, bytes, part.IsJson);
        }

        writer.Flush();
    }

    private static byte[] Clamp(byte[] marker, long last)
    {
        var end = marker.AsSpan().IndexOf((byte)' ');
        return end > 0 && StrictNumber.TryRead(marker.AsSpan(0, end), out var id) && id > last
            ? [.. System.Text.Encoding.ASCII.GetBytes(last.ToString(CultureInfo.InvariantCulture)), .. marker.AsSpan(end)]
            : marker;
    }

    /// <summary>Writes what is being written, of all messages or of some.</summary>
    private async Task WriteWritingAsync(TransferScope scope, IReadOnlySet<long>? ids, CancellationToken cancellationToken)
    {
        var fields = await calls.ReadAsync(database => database.HashGetAllAsync(_keys.Writing(scope.Id), CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
        var foreign = 0;
        var groups = ReadBucket.Group(fields, -1, ref foreign);
        foreach (var (id, parts) in groups.Where(group => ids?.Contains(group.Key) != false))
        {
            writer.Group(TransferParts.Writing.Fact, id, parts, isJson: false);
        }

        foreach (var id in ids?.Where(id => !groups.ContainsKey(id)) ?? [])
        {
            writer.Gone(TransferParts.Writing.Fact, id);
        }
    }

    private async Task WriteBucketsAsync(TransferScope scope, string uses, OpenScope open, long next, long last, CancellationToken cancellationToken)
    {
        while (next <= Buckets.Of(last))
        {
            var some = Range(next, Math.Min(BucketsAtOnce, Buckets.Of(last) - next + 1));
            foreach (var bucket in await ReadAsync(scope, some, uses, cancellationToken).ConfigureAwait(false))
            {
                WriteBucket(bucket, last);
            }

            next += some.Count;
            progress();
            if (writer.IsFileFull && next <= Buckets.Of(last))
            {
                writer.Checkpoint(open with { NextBucket = next });
            }
        }
    }

    private void WriteBucket(ReadBucket bucket, long last)
    {
        if (bucket.Unreadable is { } content)
        {
            writer.Fact("sealed", bucket.Number, content, isJson: true);
        }

        foreach (var (id, value) in bucket.Messages)
        {
            if (id <= last)
            {
                writer.Fact(TransferParts.Messages.Fact, id, value.Span, isJson: true);
            }
        }

        foreach (var (part, groups) in bucket.Features)
        {
            foreach (var (id, fields) in groups)
            {
                if (id <= last)
                {
                    writer.Group(part.Fact, id, fields, part.IsJson);
                }
            }
        }

        writer.Flush();
    }

    /// <summary>Writes what changed since a position, until nothing changes.</summary>
    /// <returns>The state that everything was written at; <see langword="null"/> to start over.</returns>
    private async Task<ScopeState?> FollowAsync(TransferScope scope, ScopeState state, long first, long last, long revision, CancellationToken cancellationToken)
    {
        var isFirst = true;
        for (var pass = 0; pass < MostPasses; pass++)
        {
            var now = await StateAsync(scope, cancellationToken).ConfigureAwait(false);
            if (now.Epoch != state.Epoch || now.Last < last)
            {
                return null;
            }

            // If the last pass has read as of `state`, and its revision is still the same, then everything is as of `state`. Messages that were sent since are behind its position.
            if (now.Revision == revision && last == state.Last && state.Revision == revision && !await IsSummaryMovingAsync(scope, state, cancellationToken).ConfigureAwait(false))
            {
                return state;
            }

            if (isFirst)
            {
                writer.Changes();
                isFirst = false;
            }

            if (now.Revision != revision && !await CorrectAsync(scope, now, revision, first, last, cancellationToken).ConfigureAwait(false))
            {
                return null;
            }

            if (now.Last > last)
            {
                await WriteNewAsync(scope, now, last, cancellationToken).ConfigureAwait(false);
            }

            (state, last, revision, first) = (now, now.Last, now.Revision, now.First);
        }

        return null;
    }

    private async Task WriteNewAsync(TransferScope scope, ScopeState now, long last, CancellationToken cancellationToken)
    {
        for (var next = Buckets.Of(last + 1); next <= Buckets.Of(now.Last); next += BucketsAtOnce)
        {
            foreach (var bucket in await ReadAsync(scope, Range(next, Math.Min(BucketsAtOnce, Buckets.Of(now.Last) - next + 1)), now.Uses, cancellationToken).ConfigureAwait(false))
            {
                foreach (var id in bucket.Messages.Keys.Where(id => id <= last).ToList())
                {
                    bucket.Messages.Remove(id);
                }

                foreach (var (_, groups) in bucket.Features)
                {
                    foreach (var id in groups.Keys.Where(id => id <= last).ToList())
                    {
                        groups.Remove(id);
                    }
                }

                WriteBucket(bucket, now.Last);
            }
        }

        if (now.Uses.Contains(TransferParts.Writing.Letter, StringComparison.Ordinal))
        {
            await WriteWritingAsync(scope, null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes the subjects that the change log names after a revision; <see langword="false"/> if it does not go back to it.</summary>
    private async Task<bool> CorrectAsync(TransferScope scope, ScopeState now, long since, long first, long last, CancellationToken cancellationToken)
    {
        for (var from = since; ;)
        {
            var entries = await LogAsync(scope, from, now.Revision, cancellationToken).ConfigureAwait(false);
            if (entries.Count == 0 || entries[0].Revision != from)
            {
                return false;
            }

            if (entries.Count == 1)
            {
                return true;
            }

            var subjects = new TransferSubjects();
            foreach (var (_, member) in entries.Skip(1))
            {
                subjects.Add(member, scope.IsUser, first, now.First);
            }

            await WriteMessagesAsync(scope, now, subjects.Messages, last, cancellationToken).ConfigureAwait(false);
            await WriteNamedAsync(scope, now, subjects, cancellationToken).ConfigureAwait(false);
            from = entries[^1].Revision;
        }
    }

    /// <summary>Writes all that the room knows of some messages.</summary>
    private async Task WriteMessagesAsync(TransferScope scope, ScopeState now, SortedSet<long> ids, long last, CancellationToken cancellationToken)
    {
        foreach (var some in ids.Where(id => id <= last).GroupBy(Buckets.Of).Chunk(BucketsAtOnce))
        {
            var wanted = some.SelectMany(group => group).ToHashSet();
            foreach (var bucket in await ReadAsync(scope, [.. some.Select(group => group.Key)], now.Uses, cancellationToken).ConfigureAwait(false))
            {
                if (bucket.Unreadable is { } content)
                {
                    writer.Fact("sealed", bucket.Number, content, isJson: true);
                    continue;
                }

                foreach (var id in wanted.Where(id => Buckets.Of(id) == bucket.Number))
                {
                    if (bucket.Messages.TryGetValue(id, out var value))
                    {
                        writer.Fact(TransferParts.Messages.Fact, id, value.Span, isJson: true);
                    }
                    else
                    {
                        writer.Gone(TransferParts.Messages.Fact, id);
                    }

                    foreach (var (part, groups) in bucket.Features)
                    {
                        if (groups.TryGetValue(id, out var fields))
                        {
                            writer.Group(part.Fact, id, fields, part.IsJson);
                        }
                        else
                        {
                            writer.Gone(part.Fact, id);
                        }
                    }
                }
            }

            foreach (var part in TransferParts.FieldsOf(scope).Where(part => part.HasIds))
            {
                await WriteFieldsAsync(part, part.Key!(_keys, scope.Id), [.. wanted.Select(id => id.ToString(CultureInfo.InvariantCulture))], now.Last, cancellationToken).ConfigureAwait(false);
            }

            await WriteWritingAsync(scope, wanted, cancellationToken).ConfigureAwait(false);
            writer.Flush();
        }

        // A reaction to a message after `last`, or its deletion, is read with the new messages; but a pin or a thread is in a hash of its own.
        foreach (var part in TransferParts.FieldsOf(scope).Where(part => part.HasIds))
        {
            await WriteFieldsAsync(part, part.Key!(_keys, scope.Id), [.. ids.Where(id => id > last).Select(id => id.ToString(CultureInfo.InvariantCulture))], now.Last, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WriteNamedAsync(TransferScope scope, ScopeState now, TransferSubjects subjects, CancellationToken cancellationToken)
    {
        foreach (var part in scope.IsUser ? [TransferParts.Listed, TransferParts.Drafts] : new[] { TransferParts.Members, TransferParts.Markers })
        {
            await WriteFieldsAsync(part, part.Key!(_keys, scope.Id), [.. subjects.Names], now.Last, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WriteFieldsAsync(TransferPart part, string key, string[] names, long last, CancellationToken cancellationToken)
    {
        foreach (var some in names.Chunk(FieldsAtOnce))
        {
            var values = await calls.ReadAsync(
                database => database.HashGetAsync(key, [.. some.Select(name => (RedisValue)name)], CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < some.Length; i++)
            {
                if (!values[i].IsNull)
                {
                    WriteField(part, some[i], null, values[i], last);
                }
                else if (part.HasIds && StrictNumber.TryRead(some[i], out var id))
                {
                    writer.Gone(part.Fact, id);
                }
                else
                {
                    writer.Gone(part.Fact, some[i]);
                }
            }
        }
    }

    /// <summary>Writes the log and the position; <see langword="false"/> to start over.</summary>
    private async Task<bool> EndAsync(TransferScope scope, ScopeState end, CancellationToken cancellationToken)
    {
        for (long? from = null; ;)
        {
            var entries = await LogAsync(scope, from ?? 0, end.Revision, cancellationToken).ConfigureAwait(false);
            if (from is not null && (entries.Count == 0 || entries[0].Revision != from))
            {
                return false;
            }

            var more = from is null ? entries : [.. entries.Skip(1)];
            foreach (var (revision, member) in more)
            {
                writer.Fact(TransferParts.Log.Fact, revision, System.Text.Encoding.UTF8.GetBytes(member), isJson: false);
            }

            writer.Flush();
            if (more.Count == 0)
            {
                break;
            }

            from = entries[^1].Revision;
        }

        writer.Complete(scope, end.Exported(), end.Position);
        return true;
    }

    /// <summary>Writes the summary of a thread, which is in the room that it belongs to, unless it is ahead of or behind the thread's state.</summary>
    private async Task<bool> IsSummaryMovingAsync(TransferScope scope, ScopeState state, CancellationToken cancellationToken)
    {
        if (!scope.IsThread)
        {
            return false;
        }

        var (before, summary, after) = await calls.ReadAsync(
            async database =>
            {
                var first = database.HashGetAsync(_keys.Room(scope.Id), ["epoch", "last", "rev"], CommandFlags.DemandMaster).Observed();
                var field = database.HashGetAsync(_keys.Threads(scope.Root), scope.Thread, CommandFlags.DemandMaster).Observed();
                var second = await database.HashGetAsync(_keys.Room(scope.Id), ["epoch", "last", "rev"], CommandFlags.DemandMaster).ConfigureAwait(false);
                return (await first.ConfigureAwait(false), await field.ConfigureAwait(false), second);
            },
            cancellationToken).ConfigureAwait(false);
        if (!before.SequenceEqual(after) || after[0] != state.Epoch || (long)after[1] != state.Last || (after[2].IsNull ? 0 : (long)after[2]) != state.Revision)
        {
            return true;
        }

        if (!summary.IsNull)
        {
            writer.Fact("summary", scope.Thread, ((ReadOnlyMemory<byte>)summary).Span, isJson: false);
        }

        return false;
    }

    private async Task<bool> IsInLogAsync(TransferScope scope, long revision, ScopeState now, CancellationToken cancellationToken) =>
        revision == now.Revision || await LogAsync(scope, revision, revision, cancellationToken).ConfigureAwait(false) is [var entry, ..] && entry.Revision == revision;

    /// <summary>Entries of the log with revisions in a range, ascending.</summary>
    private async Task<List<(long Revision, string Member)>> LogAsync(TransferScope scope, long from, long to, CancellationToken cancellationToken)
    {
        var members = await calls.ReadAsync(
            database => database.SortedSetRangeByScoreAsync(_keys.Changed(scope.Id), from, to, take: EntriesAtOnce, flags: CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
        return [.. members.Select(member => (RevisionOf((string)member!), (string)member!))];
    }

    /// <summary>The revision in an entry of the log.</summary>
    public static long RevisionOf(string member)
    {
        var end = member.IndexOf(':', StringComparison.Ordinal);
        return StrictNumber.TryRead(end < 0 ? member : member.AsSpan(0, end), out var revision) ? revision : -1;
    }

    private Task<ScopeState> StateAsync(TransferScope scope, CancellationToken cancellationToken) =>
        calls.ReadAsync(database => ScopeState.ReadAsync(database, _keys.Room(scope.Id)), cancellationToken);

    private Task<List<ReadBucket>> ReadAsync(TransferScope scope, IReadOnlyList<long> buckets, string uses, CancellationToken cancellationToken) =>
        calls.ReadAsync(database => ReadBucket.ReadAsync(database, _keys, scope.Id, buckets, uses), cancellationToken);

    private static List<long> Range(long start, long count) => [.. Enumerable.Range(0, (int)count).Select(i => start + i)];
}
