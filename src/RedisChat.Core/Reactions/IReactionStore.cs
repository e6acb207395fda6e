namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: storing reactions to messages.</summary>
/// <remarks>
/// <para>
/// A store with this ability also fills <see cref="MessagePage.Reactions"/>, raises <see cref="RoomEvent.Reacted"/>, and reports it when a reader catches
/// up. Deleting a message removes its reactions. A reaction changes neither the message's version nor its edit time.
/// </para>
/// <para>Implementations are thread-safe. The conformance suite defines the contract.</para>
/// </remarks>
public interface IReactionStore
{
    /// <summary>Changes a user's reactions to a message, atomically.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="messageId">The message's id, at least 1.</param>
    /// <param name="user">The user's id.</param>
    /// <param name="change">
    /// Maps the user's current reactions to the new ones; returning the same instance changes nothing. May be called several times.
    /// <see cref="Reaction.Count"/> is how often the user reacted, at least 1.
    /// </param>
    /// <param name="maxKinds">The most kinds of reactions that the message may have.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>All users' reactions to the message after the change, or <see langword="null"/> if the message does not exist.</returns>
    /// <exception cref="ChatLimitException">The message would have too many kinds. Nothing was changed.</exception>
    ValueTask<IReadOnlyList<Reaction>?> ChangeReactionsAsync(
        string room, long messageId, string user, Func<IReadOnlyList<Reaction>, IReadOnlyList<Reaction>> change, int maxKinds,
        CancellationToken cancellationToken = default);

    /// <summary>Lists users who reacted to a message with an emoji.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="messageId">The message's id.</param>
    /// <param name="emoji">The emoji, normalized.</param>
    /// <param name="cursor">Where to continue, from an earlier call; <see langword="null"/> to start.</param>
    /// <param name="limit">About how many users to return.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatInputException">The cursor is not one that this store returned.</exception>
    ValueTask<ReactionUsers> ReadReactionUsersAsync(
        string room, long messageId, string emoji, string? cursor, int limit, CancellationToken cancellationToken = default);
}
