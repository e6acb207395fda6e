namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: pinning messages.</summary>
/// <remarks>
/// <para>
/// A store with this ability also raises <see cref="RoomEvent.Pinned"/> and <see cref="RoomEvent.Unpinned"/>, and reports them when a reader catches up. Deleting a
/// message removes its pin in the same step, without an event of its own. A pin changes neither the message's version nor its edit time.
/// </para>
/// <para>Implementations are thread-safe. The conformance suite defines the contract.</para>
/// </remarks>
public interface IPinStore
{
    /// <summary>Pins a message, atomically. Does nothing if it is pinned.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="messageId">The message's id, at least 1.</param>
    /// <param name="by">Who pins it. A user needs the right <see cref="RoomRights.Pin"/>, which is checked in the same step, even if nothing changes.</param>
    /// <param name="cancellationToken">Stops waiting; the message may still be pinned.</param>
    /// <returns>Whether the message exists. If so, it is pinned now.</returns>
    /// <exception cref="ChatForbiddenException">The user may not pin messages.</exception>
    /// <exception cref="ChatLimitException">The room has <see cref="ChatLimits.MaxPins"/> pins. Nothing was changed.</exception>
    ValueTask<bool> PinAsync(string room, long messageId, Actor by, CancellationToken cancellationToken = default);

    /// <summary>Unpins a message, atomically. Does nothing if it is not pinned.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="messageId">The message's id, at least 1.</param>
    /// <param name="by">Who unpins it: see <see cref="PinAsync"/>.</param>
    /// <param name="cancellationToken">Stops waiting; the message may still be unpinned.</param>
    /// <exception cref="ChatForbiddenException">The user may not pin messages.</exception>
    ValueTask UnpinAsync(string room, long messageId, Actor by, CancellationToken cancellationToken = default);

    /// <summary>Lists the pinned messages of a room, the most recent pin first.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<IReadOnlyList<Pin>> ListPinsAsync(string room, CancellationToken cancellationToken = default);
}
