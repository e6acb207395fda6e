namespace RedisChat;

/// <summary>Which messages were sent under which idempotency keys, for as long as those are remembered. Used under the room's lock.</summary>
internal sealed class InMemorySends(TimeSpan window)
{
    private readonly Dictionary<(string User, string Key), Sent> _sent = [];
    private readonly Queue<(long Time, (string User, string Key) Key)> _byAge = [];

    /// <summary>A message as it was sent.</summary>
    public readonly record struct Sent(long Id, long Time, NewMessage Message);

    public bool TryFind(NewMessage message, out Sent first) => _sent.TryGetValue(KeyOf(message), out first);

    public void Add(Sent sent)
    {
        _sent.Add(KeyOf(sent.Message), sent);
        _byAge.Enqueue((sent.Time, KeyOf(sent.Message)));
    }

    /// <summary>Forgets the keys that are older than the window.</summary>
    public void ForgetOld(long now)
    {
        while (_byAge.TryPeek(out var sent) && sent.Time < now - Micros.FromSpan(window))
        {
            _byAge.Dequeue();
            _sent.Remove(sent.Key);
        }
    }

    /// <summary>What a user sent under keys of the application's.</summary>
    public IEnumerable<(string Key, Sent First)> Of(string user) => _sent.Where(sent => sent.Key.User == user && !sent.Value.Message.IsKeyGenerated).Select(sent => (sent.Key.Key, sent.Value));

    /// <summary>Forgets what a user sent; returns whether there was anything.</summary>
    public bool Forget(string user)
    {
        var keys = _sent.Keys.Where(key => key.User == user).ToList();
        keys.ForEach(key => _sent.Remove(key));
        return keys.Count > 0;
    }

    /// <summary>Throws if one of these messages has the key of a different message, sent before or among them.</summary>
    public void CheckConflicts(IReadOnlyList<NewMessage> messages)
    {
        var inBatch = new Dictionary<(string, string), NewMessage>();
        foreach (var message in messages)
        {
            var first = TryFind(message, out var sent) ? sent.Message : inBatch.GetValueOrDefault(KeyOf(message));
            if (first is not null && !AreSame(first.Original ?? first, message.Original ?? message))
            {
                throw IdempotencyConflict.Error();
            }

            inBatch.TryAdd(KeyOf(message), message);
        }
    }

    private static bool AreSame(NewMessage one, NewMessage other) =>
        one.Text == other.Text && one.ReplyTo == other.ReplyTo && one.Mentions == other.Mentions && one.Writer == other.Writer && one.Attachments == other.Attachments && Message.MetadataEquals(one.Metadata, other.Metadata);

    private static (string User, string Key) KeyOf(NewMessage message) => (message.User, message.IdempotencyKey!);
}
