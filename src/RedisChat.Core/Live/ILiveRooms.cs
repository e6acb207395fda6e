namespace RedisChat;

/// <summary>The rooms of a store that can be watched in this process.</summary>
internal interface ILiveRooms
{
    /// <summary>Canceled when the store is disposed, which also wakes the feeds' readers.</summary>
    CancellationToken Ending { get; }

    /// <summary>Joins a room's live events. Once this returns, no event is missed.</summary>
    ValueTask<ILiveRoom> JoinAsync(string room, CancellationToken cancellationToken);
}

/// <summary>A room that is watched in this process.</summary>
internal interface ILiveRoom
{
    RoomFeed Feed { get; }

    /// <summary>Records a position that a watcher read from the store after it joined. Only the store can vouch for an epoch.</summary>
    void Confirmed(RoomPosition position);

    /// <summary>Undoes <see cref="ILiveRooms.JoinAsync"/>.</summary>
    ValueTask LeaveAsync();
}
