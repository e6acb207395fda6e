using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Exports one room, thread or user as it is at one position, without a lock: reads everything, and then what the change log names since, until the revision does not move any more.
/// </summary>
internal sealed class ScopeExport
{
    // At the greatest length of messages, this is 16 MiB.
    private const int BucketsAtOnce = 8;

    // Each pass reads only what changed during the one before it, so it takes a few round trips. A room that changes in all of these never stands still.
    private const int MostPasses = 1000;
    private const int MostAttempts = 10;

    private static readonly TimeSpan ErasurePause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ErasurePatience = TimeSpan.FromMinutes(1);

    private readonly TransferCalls _calls;
    private readonly ExportWriter _writer;
    private readonly Action _progress;
    private readonly KeyNames _keys;
    private readonly ScopeReads _reads;
    private readonly ScopeLines _lines;
    private readonly ScopeCorrections _corrections;

    /// <summary>Prepares exports.</summary>
    /// <param name="calls">Runs the calls.</param>
    /// <param name="writer">Where to.</param>
    /// <param name="progress">Is called now and then.</param>
    public ScopeExport(TransferCalls calls, ExportWriter writer, Action progress)
    {
        (_calls, _writer, _progress, _keys) = (calls, writer, progress, calls.Keys);
        (_reads, _lines) = (new ScopeReads(calls), new ScopeLines(calls, writer));
        _corrections = new ScopeCorrections(calls, writer, _reads, _lines);
    }

    /// <summary>Exports a scope.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="open">How far it was exported before an interruption.</param>
    /// <param name="scheduled">The users who have scheduled something there.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The last message at the position at which it was exported; 0 if there is no room.</returns>
    public async Task<long> RunAsync(TransferScope scope, OpenScope? open, IReadOnlyCollection<string> scheduled, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            if (await TryRunAsync(scope, open, scheduled, cancellationToken).ConfigureAwait(false) is { } last)
            {
                _progress();
                return last;
            }

            ChatLog.ExportBeginsAgain(_calls.Context.Logger);
            open = null;
        }

        throw new ChatTransferException(
            $"The export cannot read {scope} at one position, because it changes all the time: edits, reactions and the like never pause for the time of a read. Repeat the export at a quieter time; it continues where it is.")
        {
            Room = scope.IsUser ? null : scope.Id,
        };
    }

    private async Task<long?> TryRunAsync(TransferScope scope, OpenScope? open, IReadOnlyCollection<string> scheduled, CancellationToken cancellationToken)
    {
        var state = await WithoutErasureAsync(scope, scheduled, cancellationToken).ConfigureAwait(false);
        if (!state.Exists)
        {
            return await TryRunWithoutRoomAsync(scope, state, cancellationToken).ConfigureAwait(false) ? 0 : null;
        }

        if (open is not null && (open.Epoch != state.Epoch || open.Last > state.Last || !await _reads.IsInLogAsync(scope, open.Revision, state, cancellationToken).ConfigureAwait(false)))
        {
            open = null;
        }

        var (first, last, revision, next) = open is null ? (state.First, state.Last, state.Revision, Buckets.Of(state.First)) : (open.First, open.Last, open.Revision, open.NextBucket);
        if (open is not null)
        {
            _writer.Continue(open);
        }
        else
        {
            var number = _writer.Begin(scope, first, last);
            open = new OpenScope(number, scope.Id, state.Epoch, first, last, revision, next);
            foreach (var part in TransferParts.FieldsOf(scope))
            {
                await WriteFieldsAsync(scope, part, state, cancellationToken).ConfigureAwait(false);
            }

            if (!scope.IsUser)
            {
                await _lines.WriteWritingAsync(scope, null, cancellationToken).ConfigureAwait(false);
            }
        }

        if (!scope.IsUser)
        {
            await WriteBucketsAsync(scope, state.Uses, open, next, last, cancellationToken).ConfigureAwait(false);
        }

        return await FollowAsync(scope, scheduled, state, first, last, revision, cancellationToken).ConfigureAwait(false) is { } end && await EndAsync(scope, end, cancellationToken).ConfigureAwait(false) ? end.Last : null;
    }

    private static bool IsErasing(ScopeState state) => state.Uses.Contains(RoomCounters.Erasing, StringComparison.Ordinal);

    /// <summary>The state of a scope. Much of what an erasure changes takes no revision, so its end is waited for.</summary>
    private async Task<ScopeState> WithoutErasureAsync(TransferScope scope, IReadOnlyCollection<string> scheduled, CancellationToken cancellationToken)
    {
        var since = _calls.Context.Time.GetTimestamp();
        while (true)
        {
            var state = await _reads.StateAsync(scope, scheduled, cancellationToken).ConfigureAwait(false);
            if (!IsErasing(state))
            {
                return state;
            }

            if (_calls.Context.Time.GetElapsedTime(since) > ErasurePatience)
            {
                throw new ChatTransferException(
                    $"The export cannot read {scope}, because a user is being erased there. Let the erasure finish, or repeat it if it was interrupted, and then repeat the export; it continues where it is.")
                {
                    Room = scope.IsUser ? null : scope.Id,
                };
            }

            await Task.Delay(ErasurePause, _calls.Context.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What may exist without the room: what is scheduled, notices, and keys. It has no position.</summary>
    private async Task<bool> TryRunWithoutRoomAsync(TransferScope scope, ScopeState state, CancellationToken cancellationToken)
    {
        if (state.Scheduled is null)
        {
            // The first message has just been sent.
            return false;
        }

        var hasNotices = !scope.IsUser && !scope.IsThread
            && await _calls.ReadAsync(database => database.HashLengthAsync(_keys.Attachments(scope.Id), CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false) > 0;
        var hasKeys = !state.IsClosed && !scope.IsThread && await _calls.ReadAsync(database => database.HashLengthAsync(_keys.DataKeys(scope.Id), CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false) > 0;
        if ((state.IsClosed || !state.Scheduled.Any(some => some.Messages.Length > 0)) && !hasNotices && !hasKeys)
        {
            return true;
        }

        _writer.Begin(scope, 1, 0);
        if (hasNotices)
        {
            await WriteFieldsAsync(scope, TransferParts.Notices, state, cancellationToken).ConfigureAwait(false);
        }

        if (!state.IsClosed)
        {
            WriteScheduled(state);
        }

        if (hasKeys)
        {
            await WriteFieldsAsync(scope, TransferParts.DataKeys, state, cancellationToken).ConfigureAwait(false);
        }

        _writer.Complete(scope, state.IsClosed ? [] : state.Exported(), RoomPosition.Start);
        return true;
    }

    private async Task WriteFieldsAsync(TransferScope scope, TransferPart part, ScopeState state, CancellationToken cancellationToken)
    {
        await foreach (var entry in _calls.FieldsAsync(part.Key!(_keys, scope.Id), cancellationToken).ConfigureAwait(false))
        {
            _lines.WriteField(part, (string)entry.Name!, null, entry.Value, state.Last);
        }
    }

    private void WriteScheduled(ScopeState state)
    {
        foreach (var (user, messages) in state.Scheduled ?? [])
        {
            foreach (var entry in messages)
            {
                _lines.WriteField(TransferParts.Scheduled, (string)entry.Name!, user, entry.Value, 0);
            }
        }
    }

    private async Task WriteBucketsAsync(TransferScope scope, string uses, OpenScope open, long next, long last, CancellationToken cancellationToken)
    {
        while (next <= Buckets.Of(last))
        {
            var some = ScopeReads.Numbers(next, Math.Min(BucketsAtOnce, Buckets.Of(last) - next + 1));
            foreach (var bucket in await _reads.ReadAsync(scope, some, uses, cancellationToken).ConfigureAwait(false))
            {
                _lines.WriteBucket(bucket, last);
            }

            next += some.Count;
            _progress();
            if (_writer.IsFileFull && next <= Buckets.Of(last))
            {
                _writer.Checkpoint(open with { NextBucket = next });
            }
        }
    }

    /// <summary>Writes what changed since a position, until nothing changes.</summary>
    /// <returns>The state that everything was written at; <see langword="null"/> to start over.</returns>
    private async Task<ScopeState?> FollowAsync(TransferScope scope, IReadOnlyCollection<string> scheduled, ScopeState state, long first, long last, long revision, CancellationToken cancellationToken)
    {
        var isFirst = true;
        for (var pass = 0; pass < MostPasses; pass++)
        {
            var now = await _reads.StateAsync(scope, scheduled, cancellationToken).ConfigureAwait(false);
            if (now.Epoch != state.Epoch || now.Last < last || IsErasing(now))
            {
                return null;
            }

            // If the last pass has read as of `state`, and its revision is still the same, then everything is as of `state`. Messages that were sent since are behind its position.
            if (now.Revision == revision && last == state.Last && state.Revision == revision && state.Scheduled is not null && !await IsSummaryMovingAsync(scope, state, cancellationToken).ConfigureAwait(false))
            {
                return state;
            }

            if (isFirst)
            {
                _writer.Lines.Changes();
                isFirst = false;
            }

            if (now.Revision != revision && !await _corrections.CorrectAsync(scope, now, revision, first, last, cancellationToken).ConfigureAwait(false))
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
            foreach (var bucket in await _reads.ReadAsync(scope, ScopeReads.Numbers(next, Math.Min(BucketsAtOnce, Buckets.Of(now.Last) - next + 1)), now.Uses, cancellationToken).ConfigureAwait(false))
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

                _lines.WriteBucket(bucket, now.Last);
            }
        }

        if (now.Uses.Contains(TransferParts.Writing.Letter, StringComparison.Ordinal))
        {
            await _lines.WriteWritingAsync(scope, null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes what is scheduled, the log and the position; <see langword="false"/> to start over.</summary>
    private async Task<bool> EndAsync(TransferScope scope, ScopeState end, CancellationToken cancellationToken)
    {
        WriteScheduled(end);
        for (long? from = null; ;)
        {
            var entries = await _reads.LogAsync(scope, from ?? 0, end.Revision, cancellationToken).ConfigureAwait(false);
            if (from is not null && (entries.Count == 0 || entries[0].Revision != from))
            {
                return false;
            }

            var more = from is null ? entries : [.. entries.Skip(1)];
            foreach (var (revision, member) in more)
            {
                _writer.Lines.Fact(TransferParts.Log.Fact, revision, System.Text.Encoding.UTF8.GetBytes(member), isJson: false);
            }

            _writer.Flush();
            if (more.Count == 0)
            {
                break;
            }

            from = entries[^1].Revision;
        }

        if (!scope.IsThread && (scope.IsUser || end.Uses.Contains(RoomCiphers.Letter, StringComparison.Ordinal)))
        {
            // They have no revision. Those of a room that were added meanwhile are needed for what was read since.
            await WriteFieldsAsync(scope, TransferParts.DataKeys, end, cancellationToken).ConfigureAwait(false);
        }

        _writer.Complete(scope, end.Exported(), end.Position);
        return true;
    }

    /// <summary>Writes the summary of a thread, which is in the room that it belongs to, unless it is ahead of or behind the thread's state.</summary>
    private async Task<bool> IsSummaryMovingAsync(TransferScope scope, ScopeState state, CancellationToken cancellationToken)
    {
        if (!scope.IsThread)
        {
            return false;
        }

        var (before, summary, after) = await _calls.ReadAsync(
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
            _writer.Lines.Fact("summary", scope.Thread, ((ReadOnlyMemory<byte>)summary).Span, isJson: false);
        }

        return false;
    }
}
