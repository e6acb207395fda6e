using System.CommandLine;

namespace RedisChat.Tool.Commands;

/// <summary>The commands for the keys of encrypted rooms.</summary>
internal sealed class KeysCommand : Command
{
    public KeysCommand()
        : base("keys", "Rotates, wraps again or deletes the data keys of encrypted rooms, and adds master keys. Needs --keys.")
    {
        Add(new AddMasterKeyCommand());
        Add(new RotateKeysCommand());
        Add(new RewrapKeysCommand());
        Add(new ShredKeysCommand());
    }
}
