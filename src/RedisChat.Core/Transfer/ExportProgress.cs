namespace RedisChat;

/// <summary>
/// Which scopes an interrupted export has completed. They are in order, so the last room and its threads say everything. What was created since and would have come before is left out, as is anything that is created while an export runs.
/// </summary>
internal sealed class ExportProgress
{
    private readonly HashSet<string> _last = new(StringComparer.Ordinal);
    private TransferScope? _root;

    /// <summary>The number of completed scopes.</summary>
    public long Scopes { get; private set; }

    /// <summary>The last message of the room whose threads were being exported.</summary>
    public long Last { get; private set; }

    public static ExportProgress Of(string directory, ExportManifest manifest)
    {
        var progress = new ExportProgress();
        var line = new FactLine();
        using var lines = new LineReader(File.Open(Path.Combine(directory, manifest.Index.Name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite), 1 << 20);
        while (lines.TryRead(out var text))
        {
            if (!line.TryRead(text) || !ExportReader.TryReadPosition(text, out var position))
            {
                throw new ChatTransferException($"The file {manifest.Index.Name} of the interrupted export is damaged. Export again into an empty directory.");
            }

            progress.Add(TransferScope.Of(line.Fact == "user", line.Key, line.Thread), position.MessageId);
        }

        if (manifest.Open is { } open)
        {
            // It is continued only if nothing else is written before.
            progress.Reach(new TransferScope(open.Room));
        }

        return progress;
    }

    /// <summary>Whether the export has passed a room with its threads, or a user.</summary>
    public bool IsPast(string scope) => _root is { } root && !Has(scope) && (root.IsUser, new TransferScope(scope).IsUser) switch
    {
        (true, false) => true,
        (false, true) => false,
        _ => string.CompareOrdinal(scope, root.Id) < 0,
    };

    /// <summary>Whether a scope is complete.</summary>
    public bool Has(string scope) => _last.Contains(scope);

    private void Add(TransferScope scope, long last)
    {
        Reach(scope);
        Scopes++;
        Last = scope.IsThread ? Last : last;
        _last.Add(scope.Id);
    }

    private void Reach(TransferScope scope)
    {
        if (scope.Root != _root?.Id)
        {
            _last.Clear();
            _root = new TransferScope(scope.Root);
        }
    }
}
