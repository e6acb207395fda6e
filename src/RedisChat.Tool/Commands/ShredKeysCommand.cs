using System.CommandLine;

namespace RedisChat.Tool.Commands;

/// <summary>Deletes the data keys of a room, so that nobody can read it any more.</summary>
internal sealed class ShredKeysCommand : ChangeKeysCommand
{
    private readonly Option<bool> _yes = CommonOptions.Yes();

    public ShredKeysCommand()
        : base("shred", "Deletes the data keys of an encrypted room: what they encrypted can never be read again. What is sent afterwards gets a new key.", takesAll: false) => Options.Add(_yes);

    protected override async Task<int> ChangeAsync(EncryptionKeys keys, CancellationToken cancellationToken)
    {
        var count = await keys.CountAsync(cancellationToken);
        return await keys.ShredAsync(cancellationToken) ? count : 0;
    }

    protected override string Describe(int changed) => $"{Texts.Count(changed, "key")} deleted";

    protected override Task ConfirmAsync(ToolContext context, string name, CancellationToken cancellationToken)
    {
        var what = $"This makes everything unreadable for good that the keys of '{name}' have encrypted.";
        return new Confirmation($"{what} Type the id to continue.", $"{what} Repeat the command with --yes if you mean it.", "That is not the id. Nothing was deleted.")
            .AskAsync(context, _yes, name, cancellationToken);
    }
}
