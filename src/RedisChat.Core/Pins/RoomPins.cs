namespace RedisChat;

/// <summary>The pinned messages of a room: see <see cref="ChatRoom.Pins"/>.</summary>
/// <remarks>
/// <para>
/// A room has at most <see cref="ChatLimits.MaxPins"/> pins. Users need the right <see cref="RoomRights.Pin"/>, which only owners and moderators have by default; in a room
/// without rules only the application can pin. Pinning and unpinning are idempotent.
/// </para>
/// <para>
/// Watchers receive <see cref="RoomEvent.Pinned"/> and <see cref="RoomEvent.Unpinned"/>. Deleting a message unpins it in the same step, which
/// <see cref="RoomEvent.Deleted"/> and <see cref="RoomEvent.DeletedMany"/> imply. Thread-safe.
/// </para>
/// </remarks>
public sealed class RoomPins
{
    private static readonly ChatOperation List = new(ChatOperations.Pin, "The pinned messages could not be read");

    private static readonly ChatOperation Pin = new(ChatOperations.Pin, "The message could not be pinned")
    {
        Writes = true,
        InDoubt = "It may have taken effect. It is safe to try again.",
    };

    private static readonly ChatOperation Unpin = Pin with { Failure = "The message could not be unpinned" };

    private readonly string _room;
    private readonly IMessageStore _store;
    private readonly OperationRunner _runner;

    internal RoomPins(string room, IMessageStore store, OperationRunner runner)
    {
        _room = room;
        _store = store;
        _runner = runner;
    }

    /// <summary>Pins a message. Pinning a pinned message changes nothing, not even its place in the list.</summary>
    /// <param name="messageId">The message's id.</param>
    /// <param name="by">Who pins it.</param>
    /// <param name="cancellationToken">Stops waiting; the message may still be pinned.</param>
    /// <returns>Whether the message exists. If so, it is pinned now.</returns>
    /// <exception cref="ChatInputException">The id or the user's id is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The user may not pin messages in this room.</exception>
    /// <exception cref="ChatLimitException">The room has <see cref="ChatLimits.MaxPins"/> pins. Unpin one first.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support pins.</exception>
    public Task<bool> PinAsync(long messageId, Actor by, CancellationToken cancellationToken = default)
    {
        Check(messageId, by);
        return _runner.RunAsync(
            Pin, _room, (Store: Pins(), Room: _room, Id: messageId, By: by),
            static (call, token) => call.Store.PinAsync(call.Room, call.Id, call.By, token), cancellationToken).AsTask();
    }

    /// <summary>Unpins a message. Unpinning a message that is not pinned, or does not exist, changes nothing.</summary>
    /// <param name="messageId">The message's id.</param>
    /// <param name="by">Who unpins it.</param>
    /// <param name="cancellationToken">Stops waiting; the message may still be unpinned.</param>
    /// <exception cref="ChatInputException">The id or the user's id is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The user may not pin messages in this room.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support pins.</exception>
    public Task UnpinAsync(long messageId, Actor by, CancellationToken cancellationToken = default)
    {
        Check(messageId, by);
        return _runner.RunAsync(
            Unpin, _room, (Store: Pins(), Room: _room, Id: messageId, By: by),
            static async (call, token) =>
            {
                await call.Store.UnpinAsync(call.Room, call.Id, call.By, token).ConfigureAwait(false);
                return true;
            },
            cancellationToken).AsTask();
    }

    /// <summary>Lists the pinned messages as they are now, the most recent pin first.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>At most <see cref="ChatLimits.MaxPins"/>.</returns>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support pins.</exception>
    public Task<IReadOnlyList<Pin>> ListAsync(CancellationToken cancellationToken = default) =>
        _runner.RunAsync(
            List, _room, (Store: Pins(), Room: _room),
            static (call, token) => call.Store.ListPinsAsync(call.Room, token), cancellationToken).AsTask();

    private static void Check(long messageId, Actor by)
    {
        ChatInput.CheckMessageId(messageId);
        RuleInput.CheckActor(by);
    }

    private IPinStore Pins() => _store.RequireAbility<IPinStore>("pins");
}
