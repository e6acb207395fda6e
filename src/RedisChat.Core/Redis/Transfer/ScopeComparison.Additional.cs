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
                // A scan may return a field twice.
                if (!_seen[hash].Add((string)entry.Name!))
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
            foreach (var bucket in await ReadAsync(ScopeReads.Numbers(next, Math.Min(BucketsAtOnce, Buckets.Of(last) - next + 1)), cancellationToken).ConfigureAwait(false))
            {
                foreach (var id in bucket.Messages.Keys.Where(id => id > _last && id <= last && !_new.Contains(id)))
                {
                    await NoteMessageAsync(bucket, id, null, cancellationToken).ConfigureAwait(false);
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

    private async Task NoteMessageAsync(ReadBucket bucket, long id, byte[]? exported, CancellationToken cancellationToken)
    {
        if (bucket.Locked is { } locked)
        {
            _findings.AddOnce(_scope, "encrypted", $"Not all messages could be compared. {locked}");
            return;
        }

        var here = bucket.Messages.TryGetValue(id, out var stored) ? stored.ToArray() : null;
        if (here is not null && exported is not null && !here.AsSpan().SequenceEqual(exported))
        {
            (here, exported) = (await PlainAsync(id, here, bucket.Cipher, cancellationToken).ConfigureAwait(false), await PlainAsync(id, exported, bucket.Cipher, cancellationToken).ConfigureAwait(false));
        }

        Note("message", id.ToString(CultureInfo.InvariantCulture), here, exported);
    }

    /// <summary>What a value holds, whether it is encrypted or not, in one form: the same message has another value each time that it is encrypted.</summary>
    private async Task<byte[]> PlainAsync(long id, byte[] value, RoomCipher? cipher, CancellationToken cancellationToken)
    {
        var key = EncryptedJson.KeyIn(value);
        if (key is { } needed && _calls.Context.Ciphers is { } ciphers)
        {
            var known = cipher;
            cipher = await _calls.ReadAsync(
                async _ => await ciphers.RefreshAsync(_scope.Id, known ?? await ciphers.ForReadingAsync(_scope.Id, cancellationToken).ConfigureAwait(false), needed, cancellationToken).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
        }

        if (cipher?.Keys.Current is null)
        {
            return value;
        }

        var encrypted = key is null && MessageJson.IsMessage(id, value) ? EncryptedValue.Seal(cipher, BoxPlace.Message(id), value) : value;
        return EncryptedValue.TryOpen(cipher, BoxPlace.Message(id), encrypted, out _) is { } plain ? plain.ToArray() : value;
    }

    private void NoteGroup(TransferPart part, long id, SortedDictionary<long, List<(string Name, ReadOnlyMemory<byte> Value)>> groups)
    {
        var here = groups.GetValueOrDefault(id) ?? [];
        _groups.Remove((part, id), out var exported);
        exported ??= [];
        var isEqual = here.Count == exported.Count && exported.TrueForAll(field => here.Exists(other => other.Name == field.Name && other.Value.Span.SequenceEqual(field.Value)));
        Note(part.Fact, id.ToString(CultureInfo.InvariantCulture), here.Count == 0 ? null : isEqual ? [1] : [2], exported.Count == 0 ? null : [1]);
    }

    private Task<List<ReadBucket>> ReadAsync(IReadOnlyList<long> buckets, CancellationToken cancellationToken) =>
        _calls.ReadAsync(database => ReadBucket.ReadAsync(_calls.Context, database, _scope.Id, buckets, TransferParts.BucketLetters, cancellationToken), cancellationToken);
}
