namespace RedisChat.Tool.Commands;

/// <summary>Wraps the data keys of rooms with the present master key.</summary>
internal sealed class RewrapKeysCommand()
    : ChangeKeysCommand("rewrap", "Wraps the data keys of an encrypted room with the last master key of the file, where another one did. Messages are not touched.", takesAll: true)
{
    protected override Task<int> ChangeAsync(EncryptionKeys keys, CancellationToken cancellationToken) => keys.RewrapAsync(cancellationToken);

    protected override string Describe(int changed) => $"{Texts.Count(changed, "key")} wrapped again";
}
