namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: keeping earlier versions of edited messages.</summary>
/// <remarks>
/// <para>
/// An edit with <see cref="MessageDecision.KeptVersions"/> stores the version that it replaces in the same step, and drops the one that is then too many. Deleting the message removes
/// them all in the same step.
/// </para>
/// <para>Implementations are thread-safe. The conformance suite defines the contract.</para>
/// </remarks>
public interface IVersionStore
{
    /// <summary>Reads the earlier versions of a message that are kept.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="message">The message as it was read.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The versions below that of <paramref name="message"/>, oldest first; empty if it was deleted since.</returns>
    /// <exception cref="ChatDataException">A stored value is not a message.</exception>
    ValueTask<IReadOnlyList<MessageVersion>> ListVersionsAsync(string room, Message message, CancellationToken cancellationToken = default);
}
