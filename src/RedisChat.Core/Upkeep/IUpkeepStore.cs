namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: knows which rooms need work in the background, and when. See <see cref="Chat.RunUpkeepAsync"/>.</summary>
/// <remarks>
/// <para>
/// A feature adds a room before it writes what makes the work necessary, so wherever a process dies, the room is found. An entry without work is harmless: whoever claims the room finds nothing to do, and
/// removes it.
/// </para>
/// <para>Implementations are thread-safe. The conformance suite defines the contract.</para>
/// </remarks>
public interface IUpkeepStore
{
    /// <summary>Makes sure that the room is claimed at a time, or before. A claim that lasts then does not remove the room.</summary>
    /// <param name="room">The room's id. The room need not exist.</param>
    /// <param name="at">When the room needs work, by the store's clock (Redis: µs); <see langword="null"/> for now.</param>
    /// <param name="cancellationToken">Stops waiting; the room may still be added.</param>
    ValueTask AddRoomAsync(string room, DateTimeOffset? at, CancellationToken cancellationToken = default);

    /// <summary>Claims rooms whose time has come. While the claim lasts, no other process is given them.</summary>
    /// <param name="lease">How long the claim lasts. A room that is not settled by then is claimed again.</param>
    /// <param name="atMost">About how many rooms to claim.</param>
    /// <param name="cancellationToken">Stops waiting; rooms may still be claimed.</param>
    ValueTask<ClaimedRooms> ClaimRoomsAsync(TimeSpan lease, int atMost, CancellationToken cancellationToken = default);

    /// <summary>Ends a claim, unless the room was added since, or the claim has ended: then the room is claimed again when that says.</summary>
    /// <param name="room">The room.</param>
    /// <param name="again">When the room needs work again, counted from now; <see langword="null"/> to remove it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask SettleRoomAsync(ClaimedRoom room, TimeSpan? again, CancellationToken cancellationToken = default);
}
