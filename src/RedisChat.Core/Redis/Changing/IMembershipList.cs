using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The list of a user's rooms, which follows the memberships although it is in another slot, where no step can change both.</summary>
/// <remarks>
/// <para>
/// The room is the truth. Whoever joins is listed before that (<see cref="AddAsync"/>), which gives the entry a new value, and listed again after it if the entry was
/// removed in between (<see cref="ConfirmAsync"/>). A call that ends a membership reads the entry before that, and removes it afterward if it still has this value. So a
/// process that dies between two writes leaves an entry too many. One is missing only if a process dies between the last two steps of a join while another call that
/// ends the user's earlier membership removes the new entry; the next call of the join adds it.
/// </para>
/// <para>Changes that neither begin nor end a membership do not touch the list.</para>
/// </remarks>
internal interface IMembershipList
{
    /// <summary>The entry of a room; null if it is not listed.</summary>
    ValueTask<RedisValue> ReadEntryAsync(string user, string room, CancellationToken cancellationToken);

    /// <summary>Adds a room that the user is about to join, without the settings of an earlier membership.</summary>
    ValueTask AddAsync(string user, string room, CancellationToken cancellationToken);

    /// <summary>Adds a room that the user is a member of, if it is not listed.</summary>
    ValueTask ConfirmAsync(string user, string room, CancellationToken cancellationToken);

    /// <summary>Removes a room, unless its entry has changed.</summary>
    ValueTask RemoveAsync(string user, string room, RedisValue entry, CancellationToken cancellationToken);
}
