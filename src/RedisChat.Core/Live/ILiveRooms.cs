namespace RedisChat;

/// <summary>The rooms of a store that can be watched in this process.</summary>
internal interface ILiveRooms
{
    /// <summary>Cancelled when nothing can be watched any more. The feeds' readers are woken then.</summary>
    CancellationToken Ending { get; }

    /// <summary>Joins a room's live events; returns when what happens from here on is heard.</summary>
    ValueTask<ILiveRoom> JoinAsync(string room, CancellationToken cancellationToken);
}

/// <summary>A room that somebody in this process watches.</summary>
internal interface ILiveRoom
{
    RoomFeed Feed { get; }

    /// <summary>A watcher has read the room's position after it joined.</summary>
    void Joined(RoomPosition position);

    /// <summary>Ends what <see cref="ILiveRooms.JoinAsync"/> began.</summary>
    ValueTask LeaveAsync();
}
