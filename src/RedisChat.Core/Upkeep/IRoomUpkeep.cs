namespace RedisChat;

/// <summary>What a feature does for a room in the background: see <see cref="UpkeepRunner"/>.</summary>
/// <remarks>
/// It may run in several processes at once, be canceled at any await, and find nothing to do. It does a bounded amount of work, in atomic steps, and returns zero if there is more.
/// </remarks>
internal interface IRoomUpkeep
{
    /// <summary>Does what is due in a room.</summary>
    /// <param name="room">The room's id. The room need not exist.</param>
    /// <param name="cancellationToken">Is canceled when the claim of the room ends.</param>
    /// <returns>When the room needs work again, counted from now; <see langword="null"/> if it does not, as far as is known.</returns>
    ValueTask<TimeSpan?> RunAsync(string room, CancellationToken cancellationToken);
}
