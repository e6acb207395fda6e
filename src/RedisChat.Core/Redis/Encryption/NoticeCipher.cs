using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Encrypts the notices of attachments. They outlive their room, whose keys go with it, so they have a key of their own, in the scope of all users, and are there only until the application knows.
/// </summary>
/// <remarks>
/// That key is in another slot than the notices, so no script can compare it with the present one. It is read again before each step that writes notices, in the round trip that adds the room to those that need
/// upkeep. If it is deleted between that read and the write, which only an administrator can do, the notice is unreadable, and the upkeep reports that. So is a notice whose key, just created or rotated, was lost by a fail-over
/// of the shard that has it.
/// </remarks>
internal static class NoticeCipher
{
    /// <summary>The place of a notice in the hash of a room.</summary>
    public static BoxPlace Place(string room, RedisValue field) => Redis.BoxPlace.Notice(ThreadId.RuledBy(room), (string)field!);

    /// <summary>The cipher for new notices of a room, with the present key; <see langword="null"/> if it is not encrypted.</summary>
    /// <param name="context">The shared parts of the store.</param>
    /// <param name="room">The room.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="wasEncrypted">Whether messages that the notices are about were encrypted. What was encrypted stays so, though the keys of a room that is no longer chosen may be unknown here.</param>
    public static ValueTask<RoomCipher?> ForRoomAsync(RedisStoreContext context, string room, CancellationToken cancellationToken, bool wasEncrypted = false) =>
        context.Ciphers is { } ciphers && (wasEncrypted || ciphers.KeepsSecret(room)) ? ciphers.EnsurePresentAsync(UserScope.All, cancellationToken) : default;

    /// <summary>Prepares a step that writes notices and cannot wait: reads the key, and adds the room to those that need upkeep, in one round trip.</summary>
    public static async ValueTask PrepareAsync(RedisStoreContext context, UpkeepIndex upkeep, string room, CancellationToken cancellationToken)
    {
        var reading = ForRoomAsync(context, room, cancellationToken).AsTask().Observed();
        await upkeep.AddBeforeAsync(ThreadId.RuledBy(room), cancellationToken).ConfigureAwait(false);
        await reading.ConfigureAwait(false);
    }

    /// <summary>The cipher for such a step.</summary>
    /// <exception cref="ChatUnavailableException">The step was not prepared.</exception>
    public static RoomCipher? Prepared(RedisStoreContext context, string room) =>
        context.Ciphers is not { } ciphers || !ciphers.KeepsSecret(room) ? null
        : ciphers.TryGet(UserScope.All) is { Keys.Current: not null } cipher ? cipher
        : throw new ChatUnavailableException("The key of the notices of attachments is not there yet. Nothing was done.");
}
