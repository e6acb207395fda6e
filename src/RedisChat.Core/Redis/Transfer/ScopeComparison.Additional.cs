using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <content>What the chat has, and the export has not.</content>
internal sealed partial class ScopeComparison
{
    private async Task FindAdditionalAsync(long last, CancellationToken cancellationToken)
    {
        foreach (var part in TransferParts.FieldsOf(_scope))
        {
            Seen(part.Key!(Keys, _scope.Id), part, null);
        }

        foreach (var (hash, (part, _)) in _hashes.Where(hash => hash.Value.Part != TransferParts.Threads && hash.Value.Part != TransferParts.Writing))
        {
            await foreach (var entry in _calls.FieldsAsync(hash, cancellationToken).ConfigureAwait(false))
            {
                if (_seen[hash].Contains((string)entry.Name!))
                {
                    continue;
                }

                if (part == TransferParts.Listed && await IsMemberAsync((string)entry.Name!, cancellationToken).ConfigureAwait(false))
                {
                    _listed++;
                    continue;
                }

                Note(part.Fact, (string)entry.Name!, [], null);
            }
        }

        var length = await _calls.ReadAsync(read => read.SortedSetLengthAsync(Keys.Changed(_scope.Id), flags: CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
        if (length > _entries + _listed)
        {
            _different[("log", "")] = $"{length - _entries} entries are not in the export";
        }

        // Messages that were sent while the export was running.
        for (var next = Buckets.Of(_last + 1); !_scope.IsUser && last > _last && next <= Buckets.Of(last); next += BucketsAtOnce)
        {
            var some = Enumerable.Range(0, (int)Math.Min(BucketsAtOnce, Buckets.Of(last) - next + 1)).Select(i => next + i).ToList();
            foreach (var bucket in await ReadAsync(some, cancellationToken).ConfigureAwait(false))
            {
                foreach (var id in bucket.Messages.Keys.Where(id => id > _last && id <= last && !_new.Contains(id)))
                {
                    NoteMessage(bucket, id, null);
                }
            }
        }
    }

    private async Task<bool> IsMemberAsync(string room, CancellationToken cancellationToken)
    {
        var user = _scope.User!;
        var member = await _calls.ReadAsync(database => database.HashGetAsync(Keys.Members(room), user, CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
        return MemberText.TryRead(user, member, out var entry, out _) && entry.Role is not null;
    }

    private void NoteMessage(ReadBucket bucket, long id, byte[]? exported) => Note(
        "message", id.ToString(CultureInfo.InvariantCulture), bucket.Messages.TryGetValue(id, out var stored) ? stored.ToArray() : null, exported);

    private void NoteGroup(TransferPart part, long id, SortedDictionary<long, List<(string Name, ReadOnlyMemory<byte> Value)>> groups)
    {
        var here = groups.GetValueOrDefault(id) ?? [];
        _groups.Remove((part, id), out var exported);
        exported ??= [];
        var isEqual = here.Count == exported.Count && exported.TrueForAll(field => here.Exists(other => other.Name == field.Name && other.Value.Span.SequenceEqual(field.Value)));
        Note(part.Fact, id.ToString(CultureInfo.InvariantCulture), here.Count == 0 ? null : isEqual ? [1] : [2], exported.Count == 0 ? null : [1]);
    }

    private Task<List<ReadBucket>> ReadAsync(IReadOnlyList<long> buckets, CancellationToken cancellationToken) =>
        _calls.ReadAsync(database => ReadBucket.ReadAsync(database, Keys, _scope.Id, buckets, string.Concat(TransferParts.Bucketed.Select(part => part.Letter))), cancellationToken);
}
