namespace RedisChat.Redis;

/// <summary>The errors of a process that lacks what others may have: a key ring, or a master key.</summary>
internal static class KeyErrors
{
    /// <summary>The error for a process that has no key ring.</summary>
    /// <param name="keys">Names the keys.</param>
    /// <param name="room">The room.</param>
    /// <param name="consequence">What was not done.</param>
    /// <param name="where">Which processes need the ring: those that do this.</param>
    public static ChatDataException NoRing(KeyNames keys, string room, string consequence, string where) => new(
        $"The room is encrypted, and this chat has no keys, so {consequence}. Call AddEncryption with the key ring that the other processes use, in every process that {where}.")
    {
        Key = keys.DataKeys(ThreadId.RuledBy(room)),
        Field = StoredKey.Current,
    };

    /// <summary>The error for a key that cannot be unwrapped.</summary>
    /// <param name="keys">Names the keys.</param>
    /// <param name="scope">The room or user's scope.</param>
    /// <param name="name">The key's name.</param>
    /// <param name="why">Why it cannot be unwrapped.</param>
    /// <param name="consequence">What was not done with what it encrypted; <see langword="null"/> if it was to encrypt new values.</param>
    public static ChatDataException Unusable(KeyNames keys, string scope, string name, Exception? why, string? consequence = null) => new(
        $"The data key in field {name} of the hash '{keys.DataKeys(scope)}' cannot be unwrapped{(consequence is null ? "" : $", so {consequence}")}. "
        + "Give the key ring the master key that wrapped it. If that is lost for good, what the data key encrypted is lost, too; "
        + (scope == UserScope.All ? "delete this hash to go on. It has the key of the notices of attachments of all rooms."
            : consequence is null ? "rotate the key to go on."
            : "rotate the key and remove the field with HDEL to go on."), why)
    {
        Key = keys.DataKeys(scope),
        Field = name,
    };
}
