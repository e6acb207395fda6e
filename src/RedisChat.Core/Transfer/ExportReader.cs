using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;

namespace RedisChat;

/// <summary>Reads a complete export.</summary>
internal sealed class ExportReader
{
    // The reactions of all users to one message are one line, and so is a message.
    private const int LongestLine = 128 * 1024 * 1024;

    private readonly string _directory;

    private ExportReader(string directory, ExportManifest manifest) => (_directory, Manifest) = (directory, manifest);

    public ExportManifest Manifest { get; }

    /// <summary>Opens an export, and reads all of it once to find out whether it is whole.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="known">The kinds of facts that the caller knows.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ChatTransferException">It is incomplete, damaged, or has facts of a later version.</exception>
    public static ExportReader Open(string directory, IReadOnlyCollection<string> known, CancellationToken cancellationToken)
    {
        var manifest = ExportManifest.TryLoad(directory) ?? throw new ChatTransferException($"The directory is not an export: it has no file {ExportManifest.FileName}.");
        if (!manifest.Complete)
        {
            throw new ChatTransferException("The export was interrupted. Repeat the export with the same options to complete it.");
        }

        if (manifest.Facts.Keys.FirstOrDefault(fact => !known.Contains(fact)) is { } unknown)
        {
            throw new ChatTransferException($"The export has facts of the kind '{unknown}', which this version does not know. Use the version that wrote it, or a later one.");
        }

        foreach (var file in manifest.Files.Append(manifest.Index))
        {
            Check(directory, file, cancellationToken);
        }

        return new ExportReader(directory, manifest);
    }

    /// <summary>The scopes that were completed, in the order of the files: their numbers and positions.</summary>
    public IEnumerable<(TransferScope Scope, long Number, RoomPosition Position)> Index()
    {
        var line = new FactLine();
        using var lines = new LineReader(Open(Manifest.Index.Name, isCompressed: false), LongestLine);
        while (lines.TryRead(out var text))
        {
            if (!line.TryRead(text) || !TryReadPosition(text, out var position))
            {
                throw Damaged(Manifest.Index.Name);
            }

            yield return (TransferScope.Of(line.Fact == "user", line.Key, line.Thread), line.Number, position);
        }
    }

    /// <summary>All lines. The same object is returned for each.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ChatTransferException">A file is damaged, or the files lack the end of a scope that the index names.</exception>
    public IEnumerable<FactLine> Lines(CancellationToken cancellationToken)
    {
        var missing = Index().ToDictionary(entry => entry.Number, entry => entry.Scope);
        TransferScope? open = null;
        var line = new FactLine();
        foreach (var file in Manifest.Files)
        {
            using var lines = new LineReader(Open(file.Name, Manifest.Compressed), LongestLine);
            while (lines.TryRead(out var text))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!line.TryRead(text))
                {
                    throw Damaged(file.Name);
                }

                if (line.Fact is "room" or "user")
                {
                    ThrowIfUnfinished(open);
                    open = missing.Remove(line.Number, out var scope) ? scope : null;
                }
                else if (line.Fact == "end")
                {
                    open = null;
                }

                yield return line;
            }
        }

        ThrowIfUnfinished(open);
        foreach (var scope in missing.Values)
        {
            ThrowIfUnfinished(scope);
        }
    }

    /// <summary>The position in a line of the index.</summary>
    public static bool TryReadPosition(ReadOnlyMemory<byte> line, out RoomPosition position)
    {
        position = default;
        using var json = System.Text.Json.JsonDocument.Parse(line);
        return json.RootElement.TryGetProperty("position", out var text) && RoomPosition.TryParse(text.GetString(), CultureInfo.InvariantCulture, out position);
    }

    private static void Check(string directory, ExportFile file, CancellationToken cancellationToken)
    {
        try
        {
            if (Path.GetFileName(file.Name) != file.Name)
            {
                throw Damaged(ExportManifest.FileName);
            }

            using var stream = File.OpenRead(Path.Combine(directory, file.Name));
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[1 << 18];
            for (int count; (count = stream.Read(buffer)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, count);
            }

            if (stream.Length != file.Bytes || !Convert.ToHexString(hash.GetHashAndReset()).Equals(file.Sha256, StringComparison.OrdinalIgnoreCase))
            {
                throw Damaged(file.Name);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ChatTransferException($"The file {file.Name} of the export cannot be read: {e.Message}", e);
        }
    }

    private static void ThrowIfUnfinished(TransferScope? scope)
    {
        if (scope is { } unfinished)
        {
            throw new ChatTransferException($"The export is damaged: its index names {unfinished}, and its files lack the end of it. Export again into an empty directory.")
            {
                Room = unfinished.IsUser ? null : unfinished.Id,
            };
        }
    }

    private static ChatTransferException Damaged(string name) =>
        new($"The file {name} of the export is not as it was written: its length, its digest or its content differs. Copy it again, or export again.");

    private Stream Open(string name, bool isCompressed)
    {
        var file = new FileStream(Path.Combine(_directory, name), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        return isCompressed ? new GZipStream(file, CompressionMode.Decompress) : file;
    }
}
