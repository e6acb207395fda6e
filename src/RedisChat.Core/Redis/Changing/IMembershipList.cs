using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The list of a user's rooms, which follows the memberships although it is in another slot, where no step can change both.</summary>
/// <remarks>
/// The room is the truth. Whoever joins is listed before that, and listed again after it if the entry was removed in between; whoever leaves is removed from the
/// list after that. Each addition gives the entry a new value, and an entry is removed only if it still has the value that was read before it was found superfluous.
/// So a process that dies between two writes can leave an entry too many, never one too few.
/// </remarks>
internal interface IMembershipList
{
    /// <summary>The entry of a room; null if it is not listed.</summary>
    ValueTask<RedisValue> ReadEntryAsync(string user, string room, CancellationToken cancellationToken);

    /// <summary>Adds a room, or gives its entry a new value.</summary>
    ValueTask AddAsync(string user, string room, CancellationToken cancellationToken);

    /// <summary>Makes the list agree with a membership that was just changed or confirmed.</summary>
    /// <param name="user">The user.</param>
    /// <param name="room">The room.</param>
    /// <param name="isMember">Whether the user is a member.</param>
    /// <param name="entry">The room's entry as it was before.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask KeepAsync(string user, string room, bool isMember, RedisValue entry, CancellationToken cancellationToken);
}
