using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace RedisChat;

/// <summary>
/// Writes an export: numbered files, an index, and a manifest that says how much of them counts. A file that the manifest does not name is what an interrupted export left, and is written again. Not thread-safe.
/// </summary>
internal sealed partial class ExportWriter : IDisposable
{
    // How much text a file has, about. It is also what an interruption can cost.
    private const long FileLength = 32L * 1024 * 1024;
    private const int BufferLength = 256 * 1024;
    private const string LockName = ".redischat-export.lock";

    private readonly string _directory;
    private readonly ExportManifest _manifest;
    private readonly HashedFile _index;
    private readonly FileStream _lock;
    private HashedFile? _file;
    private GZipStream? _compressed;
    private long _written;
    private long _number;

    private ExportWriter(string directory, ExportManifest manifest, FileStream locked)
    {
        (_directory, _manifest, _lock) = (directory, manifest, locked);
        _index = HashedFile.Continue(Path.Combine(directory, ExportManifest.IndexName), manifest.Index.Bytes);
    }

    public ExportManifest Manifest => _manifest;

    /// <summary>The lines of the present scope.</summary>
    public FactBuffer Lines { get; } = new();

    /// <summary>Whether the current file has its length.</summary>
    public bool IsFileFull => _written + Lines.Written.Length >= FileLength;

    private Stream Output => (Stream?)_compressed ?? _file!;

    /// <summary>Begins or continues an export.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="options">What is exported.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ChatTransferException">The directory holds something else, or another export is writing there.</exception>
    public static ExportWriter Open(string directory, ExportOptions options, TimeProvider time)
    {
        FileStream? locked = null;
        try
        {
            Directory.CreateDirectory(directory);
            locked = Lock(directory);
            var manifest = ExportManifest.TryLoad(directory);
            if (manifest is null)
            {
                if (Directory.EnumerateFileSystemEntries(directory).Any(entry => Path.GetFileName(entry) is not (ExportManifest.FileName + ".tmp" or LockName)))
                {
                    throw new ChatTransferException("The directory is not empty, and is not an export. Give an empty directory, or one that does not exist.");
                }

                manifest = new ExportManifest
                {
                    Id = Convert.ToHexString(RandomNumberGenerator.GetBytes(8)),
                    Created = time.GetUtcNow(),
                    Compressed = options.Compress,
                    Rooms = [.. options.Rooms],
                    Index = new ExportFile(ExportManifest.IndexName, 0, ""),
                };
                manifest.Save(directory);
            }
            else if (manifest.Complete)
            {
                throw new ChatTransferException("The directory already holds a complete export. Give another directory.");
            }
            else if (manifest.Compressed != options.Compress || !manifest.Rooms.SequenceEqual(options.Rooms))
            {
                throw new ChatTransferException("The directory holds an interrupted export with other options. Repeat it with the same options, or give another directory.");
            }

            foreach (var path in Directory.EnumerateFiles(directory).Where(path => IsLeftOver(Path.GetFileName(path), manifest)).ToList())
            {
                File.Delete(path);
            }

            CheckFiles(directory, manifest);
            var writer = new ExportWriter(directory, manifest, locked);
            locked = null;
            return writer;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ChatTransferException($"The directory of the export cannot be used: {e.Message}", e);
        }
        finally
        {
            locked?.Dispose();
        }
    }

    /// <summary>Begins a scope.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="first">The least id that a message can have.</param>
    /// <param name="last">The id of its last message.</param>
    /// <returns>Its number.</returns>
    public long Begin(TransferScope scope, long first, long last)
    {
        _number = _manifest.NextNumber++;

        // The files no longer end in the middle of another scope, so that one cannot be continued.
        _manifest.Open = null;
        Lines.Begin(scope, _number, first, last);
        return _number;
    }

    /// <summary>Continues a scope that was begun by an interrupted export.</summary>
    public void Continue(OpenScope open) => _number = open.Number;

    /// <summary>Completes a scope.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="fields">The fields of its hash.</param>
    /// <param name="position">Its position.</param>
    public void Complete(TransferScope scope, IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> fields, RoomPosition position)
    {
        Lines.End(fields);

        var entry = new ArrayBufferWriter<byte>(256);
        entry.Write(scope.IsUser ? "{\"f\":\"user\",\"k\":"u8 : "{\"f\":\"room\",\"k\":"u8);
        FactJson.WriteText(entry, scope.User ?? scope.Root);
        if (scope.IsThread)
        {
            entry.Write(",\"t\":"u8);
            FactJson.WriteNumber(entry, scope.Thread);
        }

        entry.Write(",\"n\":"u8);
        FactJson.WriteNumber(entry, _number);
        entry.Write(",\"position\":"u8);
        FactJson.WriteText(entry, position.ToString());
        entry.Write("}\n"u8);
        _index.Write(entry.WrittenSpan);
        var counts = _manifest.Counts;
        _manifest.Counts = scope.IsUser ? counts with { Users = counts.Users + 1 } : scope.IsThread ? counts with { Threads = counts.Threads + 1 } : counts with { Rooms = counts.Rooms + 1 };
        Flush(atLeast: BufferLength);
    }

    /// <summary>Writes what is in memory, if it is much.</summary>
    public void Flush() => Flush(BufferLength);

    /// <summary>Closes the current file: from here on, the export can be continued after an interruption.</summary>
    /// <param name="open">The room that it is in the middle of.</param>
    public void Checkpoint(OpenScope? open)
    {
        Flush(atLeast: 1);
        if (_file is { } file)
        {
            _compressed?.Dispose();
            _manifest.Files.Add(file.Complete());
            (_file, _compressed, _written) = (null, null, 0);
        }

        foreach (var (fact, count) in Lines.Counts)
        {
            _manifest.Facts[fact] = _manifest.Facts.GetValueOrDefault(fact) + count;
        }

        _manifest.Unreadable += Lines.Unreadable;
        Lines.ResetCounts();
        _manifest.Index = _index.Completed();
        _manifest.Open = open;
        _manifest.Save(_directory);
    }

    /// <summary>Completes the export.</summary>
    public ExportResult Complete()
    {
        _manifest.Complete = true;
        Checkpoint(open: null);
        return new ExportResult
        {
            Rooms = _manifest.Counts.Rooms,
            Threads = _manifest.Counts.Threads,
            Users = _manifest.Counts.Users,
            Facts = new Dictionary<string, long>(_manifest.Facts, StringComparer.Ordinal),
            Unreadable = _manifest.Unreadable,
            Bytes = _manifest.Files.Sum(file => file.Bytes) + _manifest.Index.Bytes,
        };
    }

    public void Dispose()
    {
        // On a full disk, each of the files may fail to write what it still holds. The others are closed all the same, and the lock is released.
        using var locked = _lock;
        using var file = _file;
        using var compressed = _compressed;
        _index.Dispose();
    }

    [GeneratedRegex(@"^[0-9]{6,}\.ndjson(\.gz)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex NumberedFile();

    // The system releases it with the process, however that ends.
    private static FileStream Lock(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException))
        {
            throw new ChatTransferException($"Another export seems to be writing to this directory. Let it finish, or give another directory. ({e.Message})", e);
        }
    }

    // What others have put there is theirs.
    private static bool IsLeftOver(string name, ExportManifest manifest) =>
        name == ExportManifest.FileName + ".tmp" || (NumberedFile().IsMatch(name) && manifest.Files.TrueForAll(file => file.Name != name));

    private static void CheckFiles(string directory, ExportManifest manifest)
    {
        foreach (var file in manifest.Files)
        {
            var info = new FileInfo(Path.Combine(directory, file.Name));
            if (!info.Exists || info.Length != file.Bytes)
            {
                throw new ChatTransferException($"The file {file.Name} of the interrupted export is missing or was changed. Export again into an empty directory.");
            }
        }
    }

    private void Flush(int atLeast)
    {
        if (Lines.Written.Length < atLeast)
        {
            return;
        }

        if (_file is null)
        {
            var name = $"{_manifest.Files.Count + 1:d6}.ndjson{(_manifest.Compressed ? ".gz" : "")}";
            _file = HashedFile.Continue(Path.Combine(_directory, name), 0);
            _compressed = _manifest.Compressed ? new GZipStream(_file, CompressionLevel.Fastest, leaveOpen: true) : null;
        }

        Output.Write(Lines.Written);
        _written += Lines.Written.Length;
        Lines.Clear();
    }
}
