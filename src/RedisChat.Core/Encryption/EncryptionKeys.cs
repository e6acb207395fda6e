namespace RedisChat;

/// <summary>The data keys of a room, with which its messages are encrypted, or of a user, with which the user's drafts are: see <see cref="ChatRoom.EncryptionKeys"/> and <see cref="ChatUser.EncryptionKeys"/>.</summary>
/// <remarks>A thread has the keys of its room. Thread-safe.</remarks>
public sealed class EncryptionKeys
{
    private static readonly ChatOperation Count = new(ChatOperations.ChangeKeys, "The data keys could not be counted");

    private static readonly ChatOperation Rotate = new(ChatOperations.ChangeKeys, "The data key could not be rotated")
    {
        Writes = true,
        InDoubt = "It may have been. Repeat the call: another key does no harm.",
    };

    private static readonly ChatOperation Rewrap = new(ChatOperations.ChangeKeys, "The data keys could not be rewrapped")
    {
        Writes = true,
        InDoubt = "Some may have been. Repeat the call.",
    };

    private static readonly ChatOperation Shred = new(ChatOperations.ChangeKeys, "The data keys could not be deleted")
    {
        Writes = true,
        InDoubt = "They may have been. Repeat the call.",
    };

    private readonly string _scope;
    private readonly string? _room;
    private readonly IMessageStore _store;
    private readonly OperationRunner _runner;

    internal EncryptionKeys(string scope, string? room, IMessageStore store, OperationRunner runner)
    {
        _scope = scope;
        _room = room;
        _store = store;
        _runner = runner;
    }

    /// <summary>Counts the data keys: one, and one more for each rotation.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many there are; 0 if nothing was encrypted yet, or the keys were deleted.</returns>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The chat does not encrypt: call <c>AddEncryption</c>.</exception>
    public Task<int> CountAsync(CancellationToken cancellationToken = default) => _runner.RunAsync(
        Count, _room, (Store: Require(), Scope: _scope), static (call, token) => call.Store.CountKeysAsync(call.Scope, token), cancellationToken).AsTask();

    /// <summary>Gives the room a new data key. From this step on, everything is encrypted with it, in all processes. What is stored already stays readable with the earlier keys.</summary>
    /// <remarks>Senders need not stop. Repeating the call after a failure may add another key, which does no harm.</remarks>
    /// <param name="cancellationToken">Stops waiting; the key may still be added.</param>
    /// <exception cref="ChatUnavailableException">The store or the key ring could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The chat does not encrypt: call <c>AddEncryption</c>.</exception>
    public Task RotateAsync(CancellationToken cancellationToken = default) => _runner.RunAsync(
        Rotate, _room, (Store: Require(), Scope: _scope),
        static async (call, token) =>
        {
            await call.Store.RotateKeyAsync(call.Scope, token).ConfigureAwait(false);
            return true;
        },
        cancellationToken).AsTask();

    /// <summary>
    /// Rewraps the data keys that are not wrapped with the key ring's present master key. Messages are not touched. Call it for each room before a master key is removed from the ring. A room's call
    /// does the same for the key of the notices of attachments, which all rooms share.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting; the keys may still be replaced.</param>
    /// <returns>How many keys were rewrapped.</returns>
    /// <exception cref="ChatDataException">
    /// The key ring cannot unwrap a key, which the error names. It stays as it is; the others that it can unwrap were rewrapped.
    /// </exception>
    /// <exception cref="ChatUnavailableException">The store or the key ring could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The chat does not encrypt: call <c>AddEncryption</c>.</exception>
    public Task<int> RewrapAsync(CancellationToken cancellationToken = default) => _runner.RunAsync(
        Rewrap, _room, (Store: Require(), Scope: _scope), static (call, token) => call.Store.RewrapKeysAsync(call.Scope, token), cancellationToken).AsTask();

    /// <summary>
    /// Deletes all data keys (crypto-shredding). What they encrypted can never be read again, neither in Redis nor in any backup that lacks the keys. What is sent afterwards gets a new key.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The messages stay, with their ids, authors and times, and are in <see cref="MessagePage.Unreadable"/>. Other processes that have used the room may still read it until they read its keys again: after ten
    /// minutes at most. A backup of Redis that was made before contains the wrapped keys; it is readable as long as the key ring has their master key.
    /// </para>
    /// <para>
    /// A send that was stored before and is repeated with the same <see cref="NewMessage.IdempotencyKey"/> still gets its first receipt. Its content can no longer be compared, so a key that is reused for another
    /// message, within the idempotency window, is not noticed.
    /// </para>
    /// <para>
    /// Scheduled messages that the keys encrypted are not sent. A list that contains one, or a change of it, fails with <see cref="ChatDataException"/>; its <see cref="ChatDataException.Field"/> is the id with which
    /// <see cref="RoomSchedule.CancelAsync"/> removes it.
    /// </para>
    /// </remarks>
    /// <param name="cancellationToken">Stops waiting; the keys may still be deleted.</param>
    /// <returns>Whether there were any keys. <see langword="false"/> also if the call was repeated because an answer was lost, and the first attempt had deleted them.</returns>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The chat does not encrypt: call <c>AddEncryption</c>.</exception>
    public Task<bool> ShredAsync(CancellationToken cancellationToken = default) => _runner.RunAsync(
        Shred, _room, (Store: Require(), Scope: _scope), static (call, token) => call.Store.ShredKeysAsync(call.Scope, token), cancellationToken).AsTask();

    private IEncryptionStore Require() => _store.RequireAbility<IEncryptionStore>("encryption unless AddEncryption gives the chat a key ring");
}
