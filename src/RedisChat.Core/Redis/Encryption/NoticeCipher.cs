using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Encrypts the notices of attachments. They outlive their room, whose keys go with it, so they have a key of their own, in the scope of all users, and are there only until the application knows.
/// </summary>
internal static class NoticeCipher
{
    /// <summary>The place of a notice in the hash of a room.</summary>
    public static BoxPlace Place(string room, RedisValue field) => Redis.BoxPlace.Notice(ThreadId.RuledBy(room), (string)field!);

    /// <summary>The cipher for new notices of a room; <see langword="null"/> if it is not encrypted.</summary>
    public static ValueTask<RoomCipher?> ForRoomAsync(RedisStoreContext context, string room, CancellationToken cancellationToken) =>
        context.Ciphers is { } ciphers && ciphers.KeepsSecret(room) ? ciphers.EnsureAsync(UserScope.All, cancellationToken) : default;

    /// <summary>The same for a step that cannot wait. Whoever adds the room to those that need upkeep, before that step, prepares it.</summary>
    /// <exception cref="ChatUnavailableException">It was not.</exception>
    public static RoomCipher? Prepared(RedisStoreContext context, string room) =>
        context.Ciphers is not { } ciphers || !ciphers.KeepsSecret(room) ? null
        : ciphers.TryGet(UserScope.All) is { Keys.Current: not null } cipher ? cipher
        : throw new ChatUnavailableException("The key of the notices of attachments is not there yet. Nothing was done.");
}
