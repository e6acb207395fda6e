namespace RedisChat;

/// <summary>Which scopes an interrupted export has completed. They are in order, so the last room and its threads say everything.</summary>
internal sealed class ExportProgress
{
    private readonly HashSet<string> _last = new(StringComparer.Ordinal);
    private TransferScope _root;

    /// <summary>The number of completed scopes.</summary>
    public long Scopes { get; private set; }

    public static ExportProgress Of(string directory, ExportManifest manifest)
    {
        var progress = new ExportProgress();
        var line = new FactLine();
        using var lines = new LineReader(File.Open(Path.Combine(directory, manifest.Index.Name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite), 1 << 20);
        while (lines.TryRead(out var text))
        {
            if (!line.TryRead(text))
            {
                throw new ChatTransferException($"The file {manifest.Index.Name} of the interrupted export is damaged. Export again into an empty directory.");
            }

            progress.Add(TransferScope.Of(line.Fact == "user", line.Key, line.Thread));
        }

        return progress;
    }

    /// <summary>Whether a room or a user is complete, with all threads.</summary>
    public bool IsPast(string scope) => Scopes > 0 && !Has(scope) && (_root.IsUser, new TransferScope(scope).IsUser) switch
    {
        (true, false) => true,
        (false, true) => false,
        _ => string.CompareOrdinal(scope, _root.Id) < 0,
    };

    /// <summary>Whether a scope is complete.</summary>
    public bool Has(string scope) => _last.Contains(scope);

    private void Add(TransferScope scope)
    {
        if (Scopes++ == 0 || scope.Root != _root.Id)
        {
            _last.Clear();
            _root = new TransferScope(scope.Root);
        }

        _last.Add(scope.Id);
    }
}
