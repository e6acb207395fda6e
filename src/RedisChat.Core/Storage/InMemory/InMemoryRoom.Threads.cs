namespace RedisChat;

/// <content>Threads: rooms that belong to a message of another one.</content>
internal sealed partial class InMemoryRoom
{
    private readonly InMemoryRoom? _above;
    private readonly long _message;
    private readonly List<InMemoryRoom> _threads = [];

    /// <summary>The room whose rules hold: of a thread the one that it belongs to, otherwise this one.</summary>
    public InMemoryRoom Ruling => _above ?? this;

    /// <summary>What this room says of its threads.</summary>
    public InMemoryThreads Threads { get; private set; }

    /// <summary>Throws if this is a thread that cannot be followed. For callers that hold the lock.</summary>
    public void CheckFollowable()
    {
        if (_above?.Threads.IsListed(_message) == false)
        {
            throw ParentNotFound.WithoutThread(_message);
        }
    }

    /// <summary>What is said of this thread. For callers that hold the lock.</summary>
    public ThreadSummary Summarize()
    {
        var last = Newest().FirstOrDefault();
        return new ThreadSummary
        {
            Count = _messages.Count(message => message is not null),
            LastReplyId = last?.Id ?? 0,
            LastReplyAt = last?.Timestamp,
            Participants = [.. Newest().Select(reply => reply.User).Distinct(StringComparer.Ordinal).Take(ChatLimits.MaxThreadParticipants)],
        };
    }

    private void AddThread(InMemoryRoom thread)
    {
        lock (Gate)
        {
            _threads.Add(thread);
        }
    }

    /// <summary>Throws if this is a thread whose message does not exist.</summary>
    private void CheckAbove()
    {
        if (_above is not null && !_above.Threads.IsOpen(_message) && _above.At(_message) is null)
        {
            throw ParentNotFound.OfThread(_message);
        }
    }

    /// <summary>Replies were stored or deleted: the room that this thread belongs to says so.</summary>
    private void TellAbove() => _above?.Threads.Update(_message, this);

    /// <summary>Makes this a room that does not exist, and its threads, too.</summary>
    private void Erase(Actor actor)
    {
        foreach (var thread in _threads)
        {
            thread.Erase(actor);
        }

        if (Position == RoomPosition.Start)
        {
            return;
        }

        var last = Position with { Revision = _log.NextRevision() };
        Feed.Publish(new LiveEvent(new RoomEvent.RoomDeleted(last) { By = actor.UserId }, _log.Revision, ChatTelemetry.PresentTrace()));
        _attachments.Forget(_messages.OfType<Message>());
        Members.Forget();
        Writing.Forget();
        Begin();
    }
}
