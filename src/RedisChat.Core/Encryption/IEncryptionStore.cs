namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: encrypting what it stores, with a data key for each room. Only a store that has a key ring has it.</summary>
/// <remarks>Implementations are thread-safe. A thread has the keys of its room. Rooms include the scopes of users, whose drafts are encrypted.</remarks>
public interface IEncryptionStore
{
    /// <summary>Counts the room's data keys.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<int> CountKeysAsync(string room, CancellationToken cancellationToken = default);

    /// <summary>Gives the room a new data key, with which everything is encrypted that is stored from now on. Earlier keys stay.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask RotateKeyAsync(string room, CancellationToken cancellationToken = default);

    /// <summary>Rewraps the room's data keys that are not wrapped with the present master key, and likewise the key of the notices of attachments, which all rooms share.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many keys were rewrapped.</returns>
    /// <exception cref="ChatDataException">A key cannot be unwrapped. It stays as it is; the others that can be unwrapped are rewrapped first.</exception>
    ValueTask<int> RewrapKeysAsync(string room, CancellationToken cancellationToken = default);

    /// <summary>Deletes all data keys of the room. What they encrypted can never be read again.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Whether there were any keys.</returns>
    ValueTask<bool> ShredKeysAsync(string room, CancellationToken cancellationToken = default);
}
