namespace RedisChat;

/// <content>Events of a user's scope. They are never delivered to applications.</content>
public abstract partial record RoomEvent
{
    /// <summary>A room was added to the user's list, removed from it, or the user's settings for it changed.</summary>
    internal sealed record RoomListed : RoomEvent
    {
        public RoomListed(string room, RoomPosition position)
            : base(position) => Room = room;

        public string Room { get; }
    }

    /// <summary>Everything that was watched for the user before must end.</summary>
    internal sealed record Revoked : RoomEvent
    {
        public Revoked(RoomPosition position)
            : base(position)
        {
        }
    }
}
