namespace RedisChat;

/// <summary>What one room says of its threads. For callers that hold the room's lock.</summary>
internal sealed class InMemoryThreads(InMemoryRoom room) : IInMemoryFeature
{
    // A thread without a summary is closed: its message was deleted.
    private readonly Dictionary<long, (ThreadSummary? Thread, long Revision)> _threads = [];

    /// <summary>The closed threads: see <see cref="IThreadStore.ReadClosedThreadsAsync"/>.</summary>
    public IEnumerable<long> Closed => _threads.Where(thread => thread.Value.Thread is null).Select(thread => thread.Key);

    /// <summary>Whether a message has a thread, which may be closed.</summary>
    public bool IsListed(long messageId) => _threads.ContainsKey(messageId);

    /// <summary>Whether a message has a thread that can be replied to.</summary>
    public bool IsOpen(long messageId) => _threads.TryGetValue(messageId, out var thread) && thread.Thread is not null;

    /// <summary>The messages in whose threads a user is among those who replied last.</summary>
    public IEnumerable<long> With(string user) => _threads.Where(thread => thread.Value.Thread?.Participants.Contains(user) == true).Select(thread => thread.Key);

    /// <summary>Forgets a closed thread: see <see cref="IThreadStore.ForgetThreadAsync"/>.</summary>
    public void Forget(long messageId)
    {
        if (!IsOpen(messageId))
        {
            _threads.Remove(messageId);
        }
    }

    /// <summary>Replies were stored in a thread, or deleted.</summary>
    public void Update(long messageId, InMemoryRoom thread)
    {
        if (IsListed(messageId) && !IsOpen(messageId))
        {
            return;
        }

        room.Changed(this, messageId, position =>
        {
            _threads[messageId] = (thread.Summarize(), position.Revision);
            return StateOf(messageId, position);
        });
    }

    MessagePage IInMemoryFeature.AddTo(MessagePage page, string? reader)
    {
        var threads = page.Messages.Where(message => IsOpen(message.Id)).ToDictionary(message => message.Id, message => _threads[message.Id].Thread!);
        return threads.Count == 0 ? page : page with { Threads = threads };
    }

    RoomEvent IInMemoryFeature.StateOf(InMemorySubject subject, RoomPosition position, long revision) => StateOf(subject.MessageId, position);

    RoomEvent? IInMemoryFeature.StateOfNew(long messageId, RoomPosition position) => IsOpen(messageId) ? StateOf(messageId, position) : null;

    void IInMemoryFeature.Remove(long messageId)
    {
        if (IsOpen(messageId))
        {
            _threads[messageId] = default;
        }
    }

    private RoomEvent.ThreadChanged StateOf(long messageId, RoomPosition position) =>
        new(messageId, _threads[messageId].Thread!, position) { Revision = _threads[messageId].Revision };
}
