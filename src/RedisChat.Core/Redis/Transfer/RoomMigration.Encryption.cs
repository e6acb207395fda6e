using StackExchange.Redis;

namespace RedisChat.Redis;

/// <content>Encrypts what is copied, if the application encrypts the room.</content>
internal sealed partial class RoomMigration
{
    private bool _isEncrypted;
    private RoomCipher? _cipher;

    /// <summary>Finds out whether the copies are encrypted, and gets the room's key. What an earlier pass has encrypted stays so, whoever runs this one.</summary>
    private async Task UseCipherAsync(CancellationToken cancellationToken)
    {
        var ciphers = calls.Context.Ciphers;
        var hasKey = await calls.ReadAsync(database => database.HashExistsAsync(_keys.DataKeys(_room), StoredKey.Current, CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
        _isEncrypted = hasKey || ciphers?.Encrypts(_room) == true;
        if (!_isEncrypted)
        {
            return;
        }

        if (ciphers is null)
        {
            throw new ChatTransferException($"room {_room}: an earlier pass has encrypted it, and this process has no key ring. Use the same one for all passes: AddEncryption.") { Room = _room };
        }

        if (!hasKey && options.DryRun)
        {
            // There is nothing yet that it would have to decrypt.
            return;
        }

        ciphers.Forget(_room);
        _cipher = await calls.RepeatAsync(_ => GetCipherAsync(), cancellationToken).ConfigureAwait(false);

        async Task<RoomCipher?> GetCipherAsync()
        {
            if (!hasKey)
            {
                await ciphers.AddAsync(_room, "", cancellationToken, isMigrating: true).ConfigureAwait(false);
            }

            return await ciphers.EnsureAsync(_room, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether a stored message has this value, encrypted or not.</summary>
    private bool IsSame(long id, ReadOnlyMemory<byte> stored, byte[] value) =>
        EncryptedValue.TryOpen(_cipher, BoxPlace.Message(id), stored, out _) is { } plain && plain.Span.SequenceEqual(value);

    /// <summary>Whether the messages of a bucket are stored as new ones are: encrypted, or not.</summary>
    private bool IsAsNew(ReadBucket stored)
    {
        if (stored.IsSealed && stored.Unreadable is null)
        {
            return stored.Messages.Count == 0 || stored.Cipher is not null == _isEncrypted;
        }

        foreach (var value in stored.Messages.Values)
        {
            if (EncryptedJson.KeyIn(value.Span) is not null != _isEncrypted)
            {
                return false;
            }
        }

        return true;
    }

    private byte[] Stored(long id, byte[] value) => _cipher is { } cipher ? EncryptedValue.Seal(cipher, BoxPlace.Message(id), value) : value;
}
