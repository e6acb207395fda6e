namespace RedisChat.Redis;

/// <content>Messages, bucket by bucket.</content>
internal sealed partial class ScopeImport
{
    private readonly MessageIndexes _indexes;

    // The messages of the bucket that is being read.
    private readonly List<(long Id, byte[] Value)> _bucket = [];
    private RoomCipher? _cipher;
    private bool _isKeyMissing;

    // The first bucket that was not read yet.
    private long NextBucket => _step.LastId == 0 ? Buckets.Of(_first) : Buckets.Of(_step.LastId) + 1;

    // As the sealer does, but at once. A bucket that would not get shorter stays open.
    private long SealBelow => SealingRule.OpenFrom(_last, _calls.Context.Options.SealAfter);

    private async Task AddMessageAsync(FactLine line, CancellationToken cancellationToken)
    {
        if (_bucket.Count > 0 && Buckets.Of(_bucket[0].Id) != Buckets.Of(line.Id))
        {
            PackBucket();
            if (_batch.Count >= WritesAtOnce || _batch.Bytes >= BytesAtOnce)
            {
                // This line is not part of it yet.
                await FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        var message = line.Value(isJson: true);
        if (_bucket.Count == 0 && Buckets.Of(line.Id) < SealBelow && EncryptedJson.KeyIn(message) is { } key && _calls.Context.Ciphers is { } ciphers
            && _cipher?.Keys.TryGet(key, out _) != true && _cipher?.Keys.IsMissing(key) != true)
        {
            // The keys come before the messages, and may be in the batch.
            await FlushAsync(cancellationToken).ConfigureAwait(false);
            ciphers.Forget(_scope.Id);
            _cipher = await _calls.ReadAsync(_ => ciphers.RefreshAsync(_scope.Id, null, key, cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
        }

        _bucket.Add((line.Id, message));
    }

    /// <summary>Adds the messages of the bucket that is complete now.</summary>
    private void PackBucket()
    {
        if (_bucket.Count == 0)
        {
            return;
        }

        var number = Buckets.Of(_bucket[0].Id);
        AddGone(number);
        if (number >= SealBelow || !TrySeal(number))
        {
            foreach (var (id, value) in _bucket)
            {
                _batch.Set(_keys.Bucket(_scope.Id, number), id, value);
            }
        }

        foreach (var (id, value) in _bucket)
        {
            if (_indexes.TryRead(id, value) is { } message)
            {
                _batch.Append(_indexes.Author(message), MessageIndexes.Listed(id));
                foreach (var (key, member, score) in _indexes.Entries(message))
                {
                    _batch.Enter(key, member, score);
                }
            }
        }

        _step = _step with { LastId = _bucket[^1].Id };
        _bucket.Clear();
    }

    /// <summary>Notes that the buckets from the next one to another are empty.</summary>
    private void AddGone(long to)
    {
        for (var bucket = NextBucket; bucket < to; bucket++)
        {
            _batch.SetBit(_keys.Gone(_scope.Id), bucket);
        }
    }

    private bool TrySeal(long number)
    {
        var isEncrypted = _bucket.Exists(static message => EncryptedJson.KeyIn(message.Value) is not null);
        if (isEncrypted && _cipher?.Keys.Current is null)
        {
            _isKeyMissing = true;
            return false;
        }

        var content = SealedContent.TryPack(number, _bucket, isEncrypted ? _cipher : null);
        if (content is null)
        {
            return false;
        }

        _batch.Set(_keys.Sealed(_scope.Id), number, content);
        return true;
    }
}
