namespace RedisChat;

/// <summary>The rooms of a store that can be watched in this process.</summary>
internal interface ILiveRooms
{
    /// <summary>Cancelled when the store is disposed. The feeds' readers are woken then.</summary>
    CancellationToken Ending { get; }

    /// <summary>Joins a room's live events; once this returns, everything that happens is heard.</summary>
    ValueTask<ILiveRoom> JoinAsync(string room, CancellationToken cancellationToken);
}

/// <summary>A room that somebody in this process watches.</summary>
internal interface ILiveRoom
{
    RoomFeed Feed { get; }

    /// <summary>A watcher has read this position from the store, after it joined. Only the store can vouch for an epoch.</summary>
    void Confirmed(RoomPosition position);

    /// <summary>Ends what <see cref="ILiveRooms.JoinAsync"/> began.</summary>
    ValueTask LeaveAsync();
}
