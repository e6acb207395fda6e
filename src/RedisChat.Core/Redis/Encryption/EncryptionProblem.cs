namespace RedisChat.Redis;

/// <summary>Why an encrypted value cannot be read.</summary>
/// <param name="Key">The name of the data key that it needs.</param>
/// <param name="HasRing">Whether the chat encrypts.</param>
/// <param name="IsKnown">Whether the data key is there, so that the value itself is wrong.</param>
/// <param name="Cause">Why the data key cannot be unwrapped, if that is the reason.</param>
internal sealed record EncryptionProblem(string Key, bool HasRing, bool IsKnown, Exception? Cause)
{
    /// <summary>The reason; <see langword="null"/> if the value is not encrypted.</summary>
    public static EncryptionProblem? Of(RoomCipher? cipher, uint? key) => key is { } id
        ? new EncryptionProblem(
            DataKey.NameOf(id), cipher is not null, cipher?.Keys.TryGet(id, out _) == true, cipher?.Keys.Problems.GetValueOrDefault(DataKey.NameOf(id)))
        : null;

    /// <summary>The error, with what to do.</summary>
    /// <param name="what">The value: the beginning of a sentence, up to its verb.</param>
    /// <param name="keys">The hash with the data keys.</param>
    public string Describe(string what, string keys) =>
        !HasRing ? $"{what} is encrypted, and this chat has no keys. Call AddEncryption with the key ring that the other processes use."
        : Cause is not null ? $"{what} is encrypted with the data key {Key} of the hash '{keys}', which cannot be unwrapped: {Cause.Message} Give the key ring the master key that wrapped it."
        : !IsKnown ? $"{what} is encrypted with the data key {Key}, which the hash '{keys}' does not have. If it was deleted on purpose, the text is gone for good; otherwise restore the hash from a backup."
        : $"{what} is encrypted, but was changed or moved by something else than the chat: it does not belong where it is. Restore it from a backup.";
}
