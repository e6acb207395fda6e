namespace RedisChat.Redis;

/// <summary>Data outside of a room's keys that goes with the room, such as its place in the lists of its members.</summary>
internal interface IDeletedRoom
{
    /// <summary>Removes what belongs to a room that is being deleted. Its members are still there. May be called again, if the deletion is interrupted.</summary>
    ValueTask ForgetAsync(string room, CancellationToken cancellationToken);
}
