namespace RedisChat.Tool.Commands;

/// <summary>Adds a master key to a key file, or creates the file with one. Needs no server.</summary>
internal sealed class AddMasterKeyCommand()
    : ToolCommand("add-master", "Adds a master key to the file, which wraps data keys from then on, or creates the file with a first one. Then 'keys rewrap --all', before an earlier master key is removed.")
{
    private const UnixFileMode ForOthers = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    public override Task<int> RunAsync(ToolContext context, CancellationToken cancellationToken)
    {
        var file = context.Get(GlobalOptions.Keys) ?? throw new ToolException("Say which file is to get a master key: --keys FILE. If it does not exist, it is created.");
        var isNew = !File.Exists(file);
        try
        {
            // Creates the file with a first key.
            var ring = new FileKeyRing(file);
            if (!isNew)
            {
                ring.AddKey();
            }
        }
        catch (ArgumentException e)
        {
            throw new ToolException(Terminal.Explanation.Of(e), e);
        }

        var keys = File.ReadLines(file).Count();
        if (context.IsJson)
        {
            context.Output.Json(new AddedMasterKey(file, isNew, keys), ToolJsonContext.Default.AddedMasterKey);
        }
        else
        {
            context.Output.Line(isNew ? $"{file}: created, with one master key." : $"{file}: {Texts.Count(keys, "master key")}. The new one wraps from now on.");
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ForOthers) != 0)
        {
            context.Output.Note($"Not only its owner may read {file}, and with it every encrypted message: chmod 600 {file}");
        }

        return Task.FromResult(ExitCode.Done);
    }
}
