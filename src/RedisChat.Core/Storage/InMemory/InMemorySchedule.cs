namespace RedisChat;

/// <summary>What users have scheduled in one room.</summary>
internal sealed class InMemorySchedule
{
    private readonly Dictionary<(string User, string Id), (ScheduledMessage Message, DateTimeOffset DueAt)> _messages = [];

    /// <summary>Adds a message, unless there is one under its id.</summary>
    public ScheduledMessage Add(ScheduledMessage message)
    {
        var key = (message.Message.User, message.Id);
        if (_messages.TryGetValue(key, out var present))
        {
            return present.Message;
        }

        if (_messages.Keys.Count(other => other.User == message.Message.User) >= ChatLimits.MaxScheduledMessages)
        {
            throw ScheduleLimit.Error();
        }

        _messages.Add(key, (message, message.SendAt));
        return message;
    }

    /// <summary>What a user has scheduled.</summary>
    public IReadOnlyList<ScheduledMessage> List(string user) => [.. _messages.Where(entry => entry.Key.User == user).Select(entry => entry.Value.Message)];

    /// <summary>Changes a message; <see langword="null"/> if there is none.</summary>
    public ScheduledMessage? Change(string user, string id, Func<ScheduledMessage, ScheduledMessage> decide)
    {
        if (!_messages.TryGetValue((user, id), out var present))
        {
            return null;
        }

        var changed = decide(present.Message);
        if (!ReferenceEquals(changed, present.Message))
        {
            _messages[(user, id)] = (changed, changed.Failure is null ? changed.SendAt : DateTimeOffset.MaxValue);
        }

        return changed;
    }

    /// <summary>What others have scheduled that mentions a user.</summary>
    public IReadOnlyList<ScheduledMessage> Mentioning(string user) =>
        [.. _messages.Values.Select(entry => entry.Message).Where(message => message.Message.User != user && message.Message.Mentions.Contains(Mention.User(user)))];

    /// <summary>Forgets what a user has scheduled, and mentions of the user; returns whether there was anything.</summary>
    public bool Forget(string user)
    {
        var (own, others) = (List(user), Mentioning(user));
        foreach (var message in own)
        {
            Remove(user, message.Id);
        }

        foreach (var other in others)
        {
            Change(other.Message.User, other.Id, _ => other with { Message = other.Message with { Mentions = [.. other.Message.Mentions.Where(mention => mention != Mention.User(user))] } });
        }

        return own.Count + others.Count > 0;
    }

    /// <summary>Whether a message is scheduled just so.</summary>
    public bool Contains(ScheduledMessage message) => ReferenceEquals(_messages.GetValueOrDefault((message.Message.User, message.Id)).Message, message);

    /// <summary>Removes a message; whether it was there.</summary>
    public bool Remove(string user, string id) => _messages.Remove((user, id));

    /// <summary>When each message that is to be sent is due.</summary>
    public IEnumerable<(ScheduledMessage Message, DateTimeOffset DueAt)> Due() => _messages.Values.Where(message => message.DueAt < DateTimeOffset.MaxValue);

    /// <summary>Sets when a message is due again.</summary>
    public void Postpone(ScheduledMessage message, DateTimeOffset dueAt)
    {
        var key = (message.Message.User, message.Id);
        if (_messages.TryGetValue(key, out var present) && ReferenceEquals(present.Message, message))
        {
            _messages[key] = (present.Message, dueAt);
        }
    }
}
