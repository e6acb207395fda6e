using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// The lines of a room that follow after it was read once: messages that were sent meanwhile, and facts that changed. What the import wrote before is read back and replaced, with the entries of the indexes that follow from it.
/// </summary>
internal sealed class ImportCorrections(TransferCalls calls, TransferScope scope, MessageIndexes indexes)
{
    private readonly SortedDictionary<long, byte[]?> _messages = [];
    private readonly Dictionary<(TransferPart Part, long Id), List<(string Name, byte[] Value)>> _groups = [];
    private readonly List<(TransferPart Part, string Key, string? User, byte[]? Value)> _fields = [];

    /// <summary>The number of lines.</summary>
    public int Count { get; private set; }

    /// <summary>About how many bytes they have.</summary>
    public long Bytes { get; private set; }

    public void Add(FactLine line)
    {
        var part = TransferParts.Of(line.Fact) ?? throw new ChatTransferException($"The export has a line of the kind '{line.Fact}' in the middle of a room. Export again.");
        Count++;
        switch (part.Kind)
        {
            case TransferKind.Messages when part == TransferParts.Messages:
                var value = line.IsGone ? null : line.Value(isJson: true);
                _messages[line.Id] = value;
                Bytes += value?.Length ?? 0;
                break;
            case TransferKind.Groups:
                var fields = line.IsGone ? [] : line.Fields(part.IsJson);
                _groups[(part, line.Id)] = fields;
                Bytes += fields.Sum(field => field.Value.Length + field.Name.Length);
                break;
            default:
                _fields.Add((part, line.Key, line.User, line.IsGone ? null : line.Value(part.IsJson)));
                Bytes += _fields[^1].Value?.Length ?? 0;
                break;
        }
    }

    /// <summary>Adds the writes.</summary>
    /// <param name="batch">Where to.</param>
    /// <param name="lastId">The greatest id of a message that was imported before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The greatest id of a message that is imported then.</returns>
    public async Task<long> ApplyAsync(WriteBatch batch, long lastId, CancellationToken cancellationToken)
    {
        var room = scope.Id;
        var buckets = _messages.Keys.Select(Buckets.Of).Concat(_groups.Keys.Where(group => group.Part.Key is null).Select(group => Buckets.Of(group.Id))).Distinct().Order().ToList();
        var letters = string.Concat(_groups.Keys.Where(group => group.Part.Key is null).Select(group => group.Part.Letter).Distinct());
        foreach (var some in buckets.Chunk(8))
        {
            var read = await calls.ReadAsync(database => ReadBucket.ReadAsync(calls.Context, database, room, some, letters, cancellationToken), cancellationToken).ConfigureAwait(false);
            foreach (var bucket in read)
            {
                ApplyMessages(batch, bucket, lastId);
                foreach (var (part, groups) in bucket.Features)
                {
                    foreach (var ((_, id), fields) in _groups.Where(group => group.Key.Part == part && Buckets.Of(group.Key.Id) == bucket.Number))
                    {
                        Replace(batch, part, id, groups.GetValueOrDefault(id), fields);
                    }
                }
            }
        }

        if (_groups.Keys.Any(group => group.Part == TransferParts.Writing))
        {
            var foreign = 0;
            var written = ReadBucket.Group(
                await calls.ReadAsync(database => database.HashGetAllAsync(calls.Keys.Writing(room), CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false), -1, ref foreign);
            foreach (var ((part, id), fields) in _groups.Where(group => group.Key.Part == TransferParts.Writing))
            {
                Replace(batch, part, id, written.GetValueOrDefault(id), fields);
            }
        }

        foreach (var (part, key, user, value) in _fields)
        {
            if (part.Kind == TransferKind.Messages)
            {
                batch.Set(calls.Keys.Sealed(room), key, value);
            }
            else
            {
                TransferFields.AddField(calls, scope, batch, part, key, user, value);
            }
        }

        lastId = Math.Max(lastId, _messages.Where(message => message.Value is not null).Select(message => message.Key).DefaultIfEmpty().Max());
        _messages.Clear();
        _groups.Clear();
        _fields.Clear();
        (Count, Bytes) = (0, 0);
        return lastId;
    }

    private void ApplyMessages(WriteBatch batch, ReadBucket bucket, long lastId)
    {
        if (bucket.Locked is { } locked)
        {
            throw new ChatTransferException($"The import of {scope} cannot continue. {locked}") { Room = scope.Id };
        }

        var (room, after) = (scope.Id, new SortedDictionary<long, ReadOnlyMemory<byte>>(bucket.Messages));
        var changed = _messages.Where(message => Buckets.Of(message.Key) == bucket.Number).ToList();
        foreach (var (id, value) in changed)
        {
            var before = bucket.Messages.TryGetValue(id, out var stored) ? indexes.TryRead(id, stored.Span) : null;
            foreach (var (key, member, _) in before is null ? [] : indexes.Entries(before))
            {
                batch.Leave(key, member);
            }

            if (value is null)
            {
                after.Remove(id);
                continue;
            }

            after[id] = value;
            if (indexes.TryRead(id, value) is { } message)
            {
                // Ids are read in ascending order, and the list of an author has them in this order.
                if (id > lastId)
                {
                    batch.Append(indexes.Author(message), MessageIndexes.Listed(id));
                }

                foreach (var (key, member, score) in indexes.Entries(message))
                {
                    batch.Enter(key, member, score);
                }
            }
        }

        if (changed.Count == 0)
        {
            return;
        }

        if (!bucket.IsSealed)
        {
            foreach (var (id, value) in changed)
            {
                if (value is null)
                {
                    batch.Delete(calls.Keys.Bucket(room, bucket.Number), id);
                }
                else
                {
                    batch.Set(calls.Keys.Bucket(room, bucket.Number), id, value);
                }
            }

            return;
        }

        var canBePacked = bucket.Cipher is not null || !after.Values.Any(static value => EncryptedJson.KeyIn(value.Span) is not null);
        if (after.Count > 0 && canBePacked && SealedContent.TryPack(bucket.Number, [.. after.Select(message => (message.Key, message.Value.ToArray()))], bucket.Cipher, evenIfLarger: true) is { } content)
        {
            batch.Set(calls.Keys.Sealed(room), bucket.Number, content);
            return;
        }

        batch.Delete(calls.Keys.Sealed(room), bucket.Number);
        foreach (var (id, value) in after)
        {
            batch.Set(calls.Keys.Bucket(room, bucket.Number), id, bucket.Stored(id, value));
        }
    }

    private void Replace(WriteBatch batch, TransferPart part, long id, List<(string Name, ReadOnlyMemory<byte> Value)>? before, List<(string Name, byte[] Value)> after)
    {
        var hash = TransferFields.GroupKey(calls.Keys, scope.Id, part, id);
        foreach (var (name, _) in before ?? [])
        {
            batch.Delete(hash, TransferFields.GroupField(id, name));
        }

        foreach (var (name, value) in after)
        {
            batch.Set(hash, TransferFields.GroupField(id, name), value);
        }
    }
}
