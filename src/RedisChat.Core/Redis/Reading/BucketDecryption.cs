using System.Diagnostics.CodeAnalysis;

namespace RedisChat.Redis;

/// <summary>Decrypts one room's messages for a <see cref="BucketReader"/>, and collects the values whose keys are unknown, because they may have been added since the room's keys were read.</summary>
internal sealed class BucketDecryption(RoomCiphers ciphers)
{
    private readonly List<Locked> _locked = [];

    /// <summary>The room's cipher; <see langword="null"/> if the room is not encrypted, as far as this process knows.</summary>
    public RoomCipher? Cipher { get; private set; }

    /// <summary>Whether values were collected.</summary>
    public bool HasLocked => _locked.Count > 0;

    /// <summary>Loads the room's cipher. Must come before each fetch.</summary>
    public async ValueTask BeginAsync(string room, CancellationToken cancellationToken) => Cipher = await ciphers.ForReadingAsync(room, cancellationToken).ConfigureAwait(false);

    /// <summary>Reads the value of an open bucket; <see langword="false"/> if it is not a message, or cannot be decrypted yet.</summary>
    /// <param name="index">Where the message belongs in the fetch.</param>
    /// <param name="id">Its id.</param>
    /// <param name="value">The value.</param>
    /// <param name="message">The message.</param>
    /// <param name="names">Shares the authors' strings.</param>
    public bool TryRead(int index, long id, ReadOnlySpan<byte> value, [NotNullWhen(true)] out Message? message, UserNames names)
    {
        var isRead = EncryptedValue.TryRead(Cipher, BoxPlace.Message(id), value, out message, out var lacking, names);
        if (!isRead && lacking is { } key)
        {
            Lock(index, value, key, isSealed: false);
        }

        return isRead;
    }

    /// <summary>Collects a value whose key is unknown.</summary>
    /// <param name="index">Where it belongs in the fetch; of a sealed bucket, where its first message does.</param>
    /// <param name="value">The value.</param>
    /// <param name="key">The key.</param>
    /// <param name="isSealed">Whether it is a sealed bucket.</param>
    public void Lock(int index, ReadOnlySpan<byte> value, uint key, bool isSealed) => _locked.Add(new Locked(index, value.ToArray(), key, isSealed));

    /// <summary>Loads the keys of the collected values, as far as they exist.</summary>
    /// <returns>The values, to be read again.</returns>
    public async ValueTask<Locked[]> LoadKeysAsync(string room, CancellationToken cancellationToken)
    {
        Locked[] locked = [.. _locked];
        foreach (var key in locked.Select(value => value.Key).Distinct())
        {
            if (Cipher?.Keys.TryGet(key, out _) != true)
            {
                Cipher = await ciphers.RefreshAsync(room, Cipher, key, cancellationToken).ConfigureAwait(false);
            }
        }

        return locked;
    }

    /// <summary>Forgets the collected values, after they were read again.</summary>
    public void ForgetLocked() => _locked.Clear();

    /// <summary>An encrypted value whose key was unknown when it was found.</summary>
    internal readonly record struct Locked(int Index, byte[] Content, uint Key, bool IsSealed);
}
