using System.Security.Cryptography;

namespace RedisChat;

/// <summary>One room of the <see cref="InMemoryMessageStore"/>: a list of messages under a lock.</summary>
internal sealed class InMemoryRoom(string room, TimeProvider time, TimeSpan idempotencyWindow)
{
    private readonly object _gate = new();
    private readonly ulong _epoch = RandomEpoch();

    // The message of id n is at n - 1; null once it is deleted.
    private readonly List<Message?> _messages = [];
    private readonly Dictionary<(string User, string Key), Sent> _sent = [];
    private readonly Queue<(long Time, (string User, string Key) Key)> _sentByAge = [];
    private long _lastStamp;
    private long _revision;

    private readonly record struct Sent(long Id, long Time, NewMessage Message);

    private RoomPosition Position => new(_messages.Count == 0 ? 0 : _epoch, _messages.Count, _lastStamp, _revision);

    public IReadOnlyList<MessageReceipt> Append(IReadOnlyList<NewMessage> messages)
    {
        lock (_gate)
        {
            var now = Micros.FromTime(time.GetUtcNow());
            ForgetSentBefore(now - Micros.FromSpan(idempotencyWindow));
            CheckConflicts(messages);

            var receipts = new MessageReceipt[messages.Count];
            for (var i = 0; i < receipts.Length; i++)
            {
                receipts[i] = Append(messages[i], now);
            }

            return receipts;
        }
    }

    public Message? Get(long id)
    {
        lock (_gate)
        {
            return id <= _messages.Count ? _messages[(int)id - 1] : null;
        }
    }

    public MessagePage Read(MessageQuery query)
    {
        lock (_gate)
        {
            var plan = PagePlan.For(query, _messages.Count);
            var older = Ids(plan.Pivot, -1, query.User).Take(plan.Older + 1).ToList();
            var newer = Ids(plan.Pivot + 1, +1, query.User).Take(plan.Newer + 1).ToList();
            return plan.ToPage(older, newer, Position);
        }

        IEnumerable<Message> Ids(long from, int step, string? user)
        {
            for (var id = from; id >= 1 && id <= _messages.Count; id += step)
            {
                if (_messages[(int)id - 1] is { } message && (user is null || message.User == user))
                {
                    yield return message;
                }
            }
        }
    }

    public MessageChange Change(long id, Func<Message, Message?> change)
    {
        lock (_gate)
        {
            if (id > _messages.Count || _messages[(int)id - 1] is not { } message)
            {
                return new(ChangeOutcome.NotFound, null);
            }

            var wanted = change(message);
            if (ReferenceEquals(wanted, message))
            {
                return new(ChangeOutcome.Unchanged, message);
            }

            _revision = Math.Max(Micros.FromTime(time.GetUtcNow()), _revision + 1);
            if (wanted is null)
            {
                _messages[(int)id - 1] = null;
                return new(ChangeOutcome.Deleted, message);
            }

            var edited = message with
            {
                Text = wanted.Text,
                Metadata = wanted.Metadata,
                Version = message.Version + 1,
                EditedAt = Micros.ToTime(_revision),
            };
            _messages[(int)id - 1] = edited;
            return new(ChangeOutcome.Edited, edited);
        }
    }

    private MessageReceipt Append(NewMessage message, long now)
    {
        var key = (message.User, message.IdempotencyKey!);
        if (_sent.TryGetValue(key, out var first))
        {
            return Receipt(first.Id, first.Time, isDuplicate: true);
        }

        _messages.Add(new Message
        {
            Id = _messages.Count + 1,
            User = message.User,
            Text = message.Text,
            Timestamp = Micros.ToTime(now),
            Metadata = message.Metadata,
        });
        _lastStamp = now;
        _sent.Add(key, new Sent(_messages.Count, now, message));
        _sentByAge.Enqueue((now, key));
        return Receipt(_messages.Count, now, isDuplicate: false);
    }

    private MessageReceipt Receipt(long id, long stamp, bool isDuplicate) => new()
    {
        Id = id,
        Timestamp = Micros.ToTime(stamp),
        Position = new RoomPosition(_epoch, id, stamp, _revision),
        IsDuplicate = isDuplicate,
    };

    private void CheckConflicts(IReadOnlyList<NewMessage> messages)
    {
        var inBatch = new Dictionary<(string, string), NewMessage>();
        foreach (var message in messages)
        {
            var key = (message.User, message.IdempotencyKey!);
            var first = _sent.TryGetValue(key, out var sent) ? sent.Message : inBatch.GetValueOrDefault(key);
            if (first is not null
                && (first.Text != message.Text || !Message.MetadataEquals(first.Metadata, message.Metadata)))
            {
                throw IdempotencyConflict.Error(room);
            }

            inBatch.TryAdd(key, message);
        }
    }

    private void ForgetSentBefore(long oldest)
    {
        while (_sentByAge.TryPeek(out var sent) && sent.Time < oldest)
        {
            _sentByAge.Dequeue();
            _sent.Remove(sent.Key);
        }
    }

    private static ulong RandomEpoch()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToUInt64(bytes) | 1;
    }
}
