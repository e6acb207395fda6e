namespace RedisChat.Redis;

/// <summary>Keeps the version that an edit replaces, and drops the one that is then too many.</summary>
internal sealed class VersionKeeping(KeyNames keys) : IEditEffect
{
    public void AddTo(RoomChange edit, string room, Message replaced, ReadOnlySpan<byte> value, MessageDecision decision)
    {
        if (decision.KeptVersions <= 0)
        {
            return;
        }

        var hash = VersionKeys.Hash(keys, room, replaced.Id);
        var stored = edit.Cipher is { } cipher ? EncryptedValue.Seal(cipher, BoxPlace.Version(replaced.Id, replaced.Version), value) : value.ToArray();
        edit.Set(hash, VersionKeys.Field(replaced.Id, replaced.Version), stored).Mark(VersionKeys.Letter);
        if (replaced.Version > decision.KeptVersions)
        {
            edit.Delete(hash, VersionKeys.Field(replaced.Id, replaced.Version - decision.KeptVersions));
        }
    }
}
