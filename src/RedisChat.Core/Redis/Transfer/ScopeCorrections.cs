using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reads and writes again what changed since a scope was read.</summary>
internal sealed class ScopeCorrections(TransferCalls calls, ExportWriter writer, ScopeReads reads, ScopeLines lines)
{
    private const int BucketsAtOnce = 8;
    private const int FieldsAtOnce = 500;
    private const int TrimmedAtOnce = BucketsAtOnce * Buckets.Size;

    private readonly KeyNames _keys = calls.Keys;

    /// <summary>Writes the subjects that the change log names after a revision; <see langword="false"/> to begin again, because it does not go back to it, or a user was erased meanwhile.</summary>
    public async Task<bool> CorrectAsync(TransferScope scope, ScopeState now, long since, long first, long last, CancellationToken cancellationToken)
    {
        for (var from = since; ;)
        {
            var entries = await reads.LogAsync(scope, from, now.Revision, cancellationToken).ConfigureAwait(false);
            if (entries.Count == 0 || entries[0].Revision != from)
            {
                return false;
            }

            if (entries.Count == 1)
            {
                return true;
            }

            var subjects = new TransferSubjects(first);
            foreach (var (_, member) in entries.Skip(1))
            {
                subjects.Add(member, scope.IsUser);
            }

            // An erasure also changes what its entries do not name, and entries that are there already. Its mark is gone, or the export waits for that.
            if (subjects.IsRewritten)
            {
                return false;
            }

            // A trim can be of any length, so its messages are not held together.
            for (var below = Math.Min(subjects.First, now.First); first < below;)
            {
                var some = ScopeReads.Numbers(first, Math.Min(TrimmedAtOnce, below - first));
                await WriteMessagesAsync(scope, now, [.. some], last, cancellationToken).ConfigureAwait(false);
                first += some.Count;
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
            foreach (var bucket in await reads.ReadAsync(scope, [.. some.Select(group => group.Key)], now.Uses, cancellationToken).ConfigureAwait(false))
            {
                if (bucket.Unreadable is { } content)
                {
                    writer.Lines.Fact("sealed", bucket.Number, content, isJson: true);
                    continue;
                }

                foreach (var id in wanted.Where(id => Buckets.Of(id) == bucket.Number))
                {
                    if (bucket.Messages.TryGetValue(id, out var value))
                    {
                        writer.Lines.Fact(TransferParts.Messages.Fact, id, bucket.Stored(id, value).Span, isJson: true);
                    }
                    else
                    {
                        writer.Lines.Gone(TransferParts.Messages.Fact, id);
                    }

                    foreach (var (part, groups) in bucket.Features)
                    {
                        if (groups.TryGetValue(id, out var fields))
                        {
                            writer.Lines.Group(part.Fact, id, fields, part.IsJson);
                        }
                        else
                        {
                            writer.Lines.Gone(part.Fact, id);
                        }
                    }
                }
            }

            foreach (var part in TransferParts.FieldsOf(scope).Where(part => part.HasIds))
            {
                await WriteFieldsAsync(part, part.Key!(_keys, scope.Id), [.. wanted.Select(id => id.ToString(CultureInfo.InvariantCulture))], now.Last, cancellationToken).ConfigureAwait(false);
            }

            await lines.WriteWritingAsync(scope, wanted, cancellationToken).ConfigureAwait(false);
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
                    lines.WriteField(part, some[i], null, values[i], last);
                }
                else if (part.HasIds && StrictNumber.TryRead(some[i], out var id))
                {
                    writer.Lines.Gone(part.Fact, id);
                }
                else
                {
                    writer.Lines.Gone(part.Fact, some[i]);
                }
            }
        }
    }
}
