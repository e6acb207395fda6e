namespace RedisChat.Redis;

/// <summary>What a pass over all messages of a room finds: problems, and what the indexes of the room must hold.</summary>
internal sealed class RoomMessages(TransferCalls calls, TransferScope scope, ScopeState state, MessageIndexes indexes)
{
    private const int BucketsAtOnce = 8;

    private readonly Dictionary<long, UInt128> _there = [];
    private readonly HashSet<long> _inProgress = [];

    /// <summary>Whether not all messages could be read, so nothing can be said about what follows from them.</summary>
    public bool IsIncomplete { get; private set; }

    /// <summary>The least id that a list of a user's messages must have: those of archived messages are not there.</summary>
    public long FirstListed => state.ArchivedBelow * Buckets.Size;

    /// <summary>The number of messages.</summary>
    public long Count { get; private set; }

    /// <summary>Whether there may be messages that were not seen, so that nothing says which do not exist.</summary>
    public bool IsPartial { get; private set; } = !StrictNumber.TryRead(state.Bytes("last"), out _);

    /// <summary>Whether a message was seen that cannot be read, so that lists and sorted sets do not follow from the messages.</summary>
    public bool HasUnreadable { get; private set; }

    /// <summary>The list of ids of each author.</summary>
    public Dictionary<string, ListDigest> Lists { get; } = new(StringComparer.Ordinal);

    /// <summary>The sorted sets that follow from the messages.</summary>
    public Dictionary<string, KeyDigest> Sets { get; } = new(StringComparer.Ordinal);

    /// <summary>The letters of the features for which there is data.</summary>
    public HashSet<char> Letter { get; } = [];

    /// <summary>Whether a message exists.</summary>
    public bool Has(long id) => _there.TryGetValue(Buckets.Of(id), out var bits) && (bits & (UInt128.One << (int)(id % Buckets.Size))) != 0;

    /// <summary>Whether a bucket has messages.</summary>
    public bool HasAny(long bucket) => _there.ContainsKey(bucket);

    /// <summary>Whether a message is being written.</summary>
    public bool IsInProgress(long id) => _inProgress.Contains(id);

    /// <summary>Reads all buckets.</summary>
    /// <param name="highest">The greatest number of a bucket that has a key.</param>
    /// <param name="problems">Where problems are added.</param>
    /// <param name="checkedSome">Called with the number of facts that were read.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task ReadAsync(long highest, RoomProblems problems, Action<long> checkedSome, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var bucket in BucketsAsync(Math.Max(Buckets.Of(state.Last), highest), cancellationToken).ConfigureAwait(false))
            {
                Read(bucket, problems);
                checkedSome(bucket.Messages.Count + bucket.Features.Sum(feature => (long)feature.Groups.Count));
            }
        }
        catch (ChatArchiveException e) when (e.InnerException is null)
        {
            problems.Add(new RoomProblem("archive", $"The messages could not be checked. {e.Message}"));
            IsIncomplete = true;
        }
    }

    /// <summary>Adds what lists and sets must hold to a batch that begins with removing them.</summary>
    public async Task RebuildAsync(WriteBatch batch, HashSet<string> keys, CancellationToken cancellationToken)
    {
        await foreach (var bucket in BucketsAsync(Buckets.Of(state.Last), cancellationToken).ConfigureAwait(false))
        {
            foreach (var (id, value) in bucket.Messages)
            {
                if (indexes.TryRead(id, value.Span) is not { } message)
                {
                    continue;
                }

                if (id >= FirstListed && keys.Contains(indexes.Author(message)))
                {
                    batch.Append(indexes.Author(message), MessageIndexes.Listed(id));
                }

                foreach (var (key, member, score) in indexes.Entries(message).Where(entry => keys.Contains(entry.Key)))
                {
                    batch.Enter(key, member, score);
                }
            }
        }
    }

    private async IAsyncEnumerable<ReadBucket> BucketsAsync(long to, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long next = 0; next <= to; next += BucketsAtOnce)
        {
            foreach (var bucket in await ReadAsync(ScopeReads.Numbers(next, Math.Min(BucketsAtOnce, to - next + 1)), cancellationToken).ConfigureAwait(false))
            {
                // It may have been sealed between the two reads.
                yield return bucket.IsDouble ? (await ReadAsync([bucket.Number], cancellationToken).ConfigureAwait(false))[0] : bucket;
            }
        }
    }

    private Task<List<ReadBucket>> ReadAsync(List<long> buckets, CancellationToken cancellationToken) =>
        calls.ReadAsync(database => ReadBucket.ReadAsync(calls.Context, database, scope.Id, buckets, TransferParts.BucketLetters, cancellationToken), cancellationToken);

    private void Read(ReadBucket bucket, RoomProblems problems)
    {
        if (bucket.Unreadable is not null)
        {
            IsPartial = true;
            IsIncomplete |= bucket.Locked is not null;
            Count += SealedBucket.CountIn(bucket.Unreadable) ?? 0;
            problems.Add(bucket.Locked is { } locked ? new RoomProblem("encrypted", $"Not all messages could be checked. {locked}") : new RoomProblem("sealed", $"The sealed bucket {bucket.Number} cannot be unpacked."));
        }

        if (bucket.IsDouble)
        {
            problems.Add(new RoomProblem("sealed", $"Bucket {bucket.Number} is sealed and open at once. Readers use the sealed one."));
        }

        if (bucket.Foreign > 0)
        {
            problems.Add(new RoomProblem("foreign", $"The hashes of bucket {bucket.Number} have {bucket.Foreign} fields that do not belong there."));
        }

        foreach (var (id, value) in bucket.Messages)
        {
            if (id > state.Last || id < state.First)
            {
                IsPartial = true;
                problems.Add(new RoomProblem("range", $"Message {id} is outside of the room's history, which goes from {state.First} to {state.Last}."));
                continue;
            }

            Count++;
            _there[bucket.Number] = _there.GetValueOrDefault(bucket.Number) | (UInt128.One << (int)(id % Buckets.Size));
            if (indexes.TryRead(id, value.Span) is not { } message)
            {
                // It may be one that is being written.
                _inProgress.Add(id);
                HasUnreadable = true;
                problems.Add(new RoomProblem("unreadable", $"The value of message {id} is not a message."));
                continue;
            }

            if (id >= FirstListed)
            {
                System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(Lists, message.User, out _).Add(id);
            }

            foreach (var (key, member, score) in indexes.Entries(message))
            {
                Letter.Add(key == calls.Keys.Expires(scope.Id) ? RoomCounters.Expires : MentionIndex.Letter);
                System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(Sets, key, out _).Add(member, score);
            }

            if (message.Lease is not null)
            {
                _inProgress.Add(id);
            }
        }

        foreach (var (part, groups) in bucket.Features)
        {
            foreach (var (id, fields) in groups)
            {
                Letter.Add(part.Letter);
                if (bucket.Unreadable is not null)
                {
                    continue;
                }

                Check(part, id, fields, problems);
            }
        }
    }

    private void Check(TransferPart part, long id, List<(string Name, ReadOnlyMemory<byte> Value)> fields, RoomProblems problems)
    {
        var hash = TransferFields.GroupKey(calls.Keys, scope.Id, part, id);
        if (!Has(id))
        {
            problems.Add(new RoomProblem("orphan", $"There are {part.Fact} of message {id}, which does not exist.", batch => fields.ForEach(field => batch.Delete(hash, TransferFields.GroupField(id, field.Name)))));
        }
        else if (part.Fact == "reactions" && ReactionCounts.Correct(fields) is { } correct)
        {
            problems.Add(new RoomProblem("reactions", $"The counts of the reactions to message {id} are not those of its users.", batch =>
            {
                if (correct.Length == 0)
                {
                    batch.Delete(hash, id);
                }
                else
                {
                    batch.Set(hash, id, correct);
                }
            }));
        }
    }
}
