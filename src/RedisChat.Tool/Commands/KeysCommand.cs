using System.CommandLine;

namespace RedisChat.Tool.Commands;

/// <summary>The commands for the data keys of encrypted rooms.</summary>
internal sealed class KeysCommand : Command
{
    public KeysCommand()
        : base("keys", "Rotates, wraps again or deletes the data keys of encrypted rooms. Needs --keys.")
    {
        Add(new RotateKeysCommand());
        Add(new RewrapKeysCommand());
        Add(new ShredKeysCommand());
    }
}
