namespace RedisChat.Tests.Live;

/// <summary>Produces the events of one room in their published form.</summary>
internal sealed class LiveHistory
{
    private const ulong Epoch = 7;

    public RoomPosition Position { get; private set; } = new(Epoch, 0, 0, 0);

    /// <summary>This many messages, sent together.</summary>
    public LiveEvents Created(int count = 1)
    {
        LiveEvents events = default;
        for (var i = 0; i < count; i++)
        {
            var before = Position.Stamp;
            Position = Position with { MessageId = Position.MessageId + 1, Stamp = before + 10 };
            events = LiveEvents.Append(events, new LiveEvent(new RoomEvent.Created(Message(Position.MessageId), Position), before));
        }

        return events;
    }

    /// <summary>An edit of the newest message.</summary>
    public LiveEvents Edited()
    {
        var before = Position.Revision;
        Position = Position with { Revision = before + 10 };
        return LiveEvents.Append(default, new LiveEvent(new RoomEvent.Edited(Message(Position.MessageId), Position), before));
    }

    /// <summary>A change of a kind that this version does not know.</summary>
    public LiveEvents Unknown()
    {
        var before = Position.Revision;
        Position = Position with { Revision = before + 10 };
        return LiveEvents.Append(default, new LiveEvent(new RoomEvent.Unknown(Position), before));
    }

    private static Message Message(long id) => new() { Id = id, User = "alice", Text = "hello", Timestamp = DateTimeOffset.UnixEpoch };
}
