using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The buckets of the messages that a batch replies to, each once, and the words that tell the script where a reply's parent is.</summary>
internal sealed class BatchParents
{
    // The first two buckets are keys of every call.
    private const int FirstBucketKey = 2;

    private readonly List<long> _buckets = [];
    private long _first;
    private int _sealedKey;

    /// <summary>How many buckets are keys of this call only because of its replies.</summary>
    public int Count => _buckets.Count;

    /// <summary>The number of such a bucket.</summary>
    public long this[int index] => _buckets[index];

    /// <summary>Collects the buckets.</summary>
    /// <param name="sends">The sends of the call.</param>
    /// <param name="first">The bucket that the new messages are expected to fall into: it and the next one are keys anyway.</param>
    /// <param name="next">The index that the sealed buckets will have among the keys; the buckets follow.</param>
    public void Find(IReadOnlyList<PendingSend> sends, long first, int next)
    {
        _buckets.Clear();
        _first = first;
        _sealedKey = next;
        foreach (var send in sends)
        {
            for (var i = 0; i < send.Count; i++)
            {
                if (send[i].ReplyTo is { } parent && !IsKeyAnyway(Buckets.Of(parent)) && !_buckets.Contains(Buckets.Of(parent)))
                {
                    _buckets.Add(Buckets.Of(parent));
                }
            }
        }
    }

    /// <summary>The script's word for a reply.</summary>
    /// <param name="list">The index of the list that the reply goes into.</param>
    /// <param name="parent">The message that is replied to.</param>
    /// <param name="proof">See <see cref="PendingSend.ProofOf"/>.</param>
    public RedisValue Word(int list, long parent, string proof)
    {
        var bucket = Buckets.Of(parent);
        var key = IsKeyAnyway(bucket) ? FirstBucketKey + (bucket - _first) : _sealedKey + 1 + _buckets.IndexOf(bucket);
        return string.Create(CultureInfo.InvariantCulture, $"{list} {parent}:{key}:{_sealedKey}:{proof}");
    }

    private bool IsKeyAnyway(long bucket) => bucket == _first || bucket == _first + 1;
}
