namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: messages that expire (<see cref="NewMessage.ExpiresAfter"/>).</summary>
/// <remarks>
/// <para>
/// From its time on, no read returns an expired message. It still exists until <see cref="Chat.RunUpkeepAsync"/> deletes it by <see cref="IBulkDeletionStore"/>, to which it still exists, too. The store makes
/// sure that <see cref="IUpkeepStore"/> names the room at that time.
/// </para>
/// <para>Implementations are thread-safe. The conformance suite defines the contract.</para>
/// </remarks>
public interface IExpiryStore
{
    /// <summary>Finds messages that have expired.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="atMost">The most messages to find.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<ExpiredMessages> ReadExpiredAsync(string room, int atMost, CancellationToken cancellationToken = default);

    /// <summary>Forgets that messages have expired, once they are deleted. Does nothing for messages that were not found to have expired.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="ids">The messages' ids.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask ForgetExpiredAsync(string room, IReadOnlyList<long> ids, CancellationToken cancellationToken = default);
}
