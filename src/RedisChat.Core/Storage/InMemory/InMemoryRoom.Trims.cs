namespace RedisChat;

/// <content>Retention.</content>
internal sealed partial class InMemoryRoom
{
    // As in Redis, where these are a hash.
    private const int BucketSize = 128;

    private long _first = 1;

    /// <summary>Trims the next messages: see <see cref="IRetentionStore.TrimStepAsync"/>.</summary>
    public TrimmedStep Trim(RetentionPolicy policy, DateTimeOffset now)
    {
        lock (Gate)
        {
            var (below, kept) = (_first, _messages.Count(message => message is not null));
            var next = (TimeSpan?)null;
            for (var end = ((_first / BucketSize) + 1) * BucketSize; end <= _messages.Count - (BucketSize - 1); end += BucketSize)
            {
                var bucket = _messages.Skip((int)Math.Max(end - BucketSize - 1, 0)).Take((int)(end - Math.Max(end - BucketSize, 1))).OfType<Message>().ToList();
                if (bucket.Count > 0 && !(policy.MaxAge is { } age && now - bucket.Max(message => message.Timestamp) > age) && !(kept - bucket.Count >= policy.MaxMessages))
                {
                    next = policy.MaxAge is { } limit ? bucket.Max(message => message.Timestamp) + limit - now + TimeSpan.FromMilliseconds(1) : null;
                    break;
                }

                kept -= bucket.Count;
                below = end;
            }

            if (below == _first)
            {
                return new TrimmedStep(0, next);
            }

            var gone = 0;
            for (var id = _first; id < below; id++)
            {
                if (Stored(id) is { } message)
                {
                    _attachments.Release(message, message.Attachments, ReleaseReason.Deleted);
                    gone++;
                    _messages[(int)id - 1] = null;
                    Array.ForEach(_features, feature => feature.Remove(id));
                }
            }

            _first = below;
            Changed(new InMemoryChangeLog.Entry(_log.NextRevision(), new InMemorySubject(0, "…"), Below: below), position => new RoomEvent.Trimmed(below, position));
            return new TrimmedStep(gone, next);
        }
    }
}
