namespace RedisChat.Tool.Commands;

/// <summary>Gives rooms a new data key.</summary>
internal sealed class RotateKeysCommand() : ChangeKeysCommand("rotate", "Gives an encrypted room a new data key for all that is sent from now on. Earlier messages stay readable with their own.", takesAll: true)
{
    protected override async Task<int> ChangeAsync(EncryptionKeys keys, CancellationToken cancellationToken)
    {
        await keys.RotateAsync(cancellationToken);
        return 1;
    }

    protected override string Describe(int changed) => $"{Texts.Count(changed, "new key")}";
}
