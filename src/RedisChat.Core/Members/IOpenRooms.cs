namespace RedisChat;

/// <summary>What a store knows of rooms without rules without reading. Such rooms pay nothing for the rights of their watchers.</summary>
internal interface IOpenRooms
{
    /// <summary>Whether the room is known to have had no rules at this position. If not, it may still have none.</summary>
    bool IsOpenAt(string room, RoomPosition position);
}
