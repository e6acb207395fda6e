namespace RedisChat.Redis;

/// <summary>Data outside of a room's keys that goes with the room, such as its place in the lists of its members.</summary>
internal interface IDeletedRoom
{
    /// <summary>Removes what belongs to a room that is being deleted. Its members are still there. May be called again, if the deletion is interrupted.</summary>
    /// <param name="room">The room.</param>
    /// <param name="mark">The deletion: the room's field <c>gone</c>. Once the room has another one, or none, the deletion is over and what is found belongs to a new room.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask ForgetAsync(string room, string mark, CancellationToken cancellationToken);
}
