namespace RedisChat;

/// <content>Events of the scopes of users. They are never delivered to applications.</content>
public abstract partial record RoomEvent
{
    /// <summary>A room was added to the user's list, removed from it, or the user's settings for it changed.</summary>
    internal sealed record RoomListed : RoomEvent
    {
        public RoomListed(string room, RoomPosition position)
            : base(position) => Room = room;

        public string Room { get; }
    }

    /// <summary>A draft of the user was saved or discarded.</summary>
    internal sealed record DraftChanged : RoomEvent
    {
        public DraftChanged(string room, RoomPosition position)
            : base(position) => Room = room;

        public string Room { get; }
    }

    /// <summary>Everything that was watched for a user before must end.</summary>
    internal sealed record Revoked : RoomEvent
    {
        public Revoked(string user, RoomPosition position)
            : base(position) => User = user;

        public string User { get; }
    }
}
