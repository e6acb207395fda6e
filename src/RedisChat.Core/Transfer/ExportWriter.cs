using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Unicode;

namespace RedisChat;

/// <summary>
/// Writes an export: numbered files, an index, and a manifest that says how much of them counts. A file that the manifest does not name is what an interrupted export left, and is written again. Not thread-safe.
/// </summary>
internal sealed class ExportWriter : IDisposable
{
    // How much text a file has, about. It is also what an interruption can cost.
    private const long FileLength = 32L * 1024 * 1024;
    private const int BufferLength = 256 * 1024;

    private readonly string _directory;
    private readonly ExportManifest _manifest;
    private readonly ArrayBufferWriter<byte> _lines = new(BufferLength);
    private readonly Dictionary<string, long> _facts = new(StringComparer.Ordinal);
    private readonly HashedFile _index;
    private HashedFile? _file;
    private GZipStream? _compressed;
    private long _written;
    private long _unreadable;
    private long _number;

    private ExportWriter(string directory, ExportManifest manifest)
    {
        (_directory, _manifest) = (directory, manifest);
        _index = HashedFile.Continue(Path.Combine(directory, ExportManifest.IndexName), manifest.Index.Bytes);
    }

    public ExportManifest Manifest => _manifest;

    /// <summary>The number of lines so far.</summary>
    public long Count { get; private set; }

    /// <summary>Whether the current file has its length.</summary>
    public bool IsFileFull => _written + _lines.WrittenCount >= FileLength;

    private Stream Output => (Stream?)_compressed ?? _file!;

    /// <summary>Begins or continues an export.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="options">What is exported.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ChatTransferException">The directory holds something else.</exception>
    public static ExportWriter Open(string directory, ExportOptions options, TimeProvider time)
    {
        try
        {
            Directory.CreateDirectory(directory);
            var manifest = ExportManifest.TryLoad(directory);
            if (manifest is null)
            {
                if (Directory.EnumerateFileSystemEntries(directory).Any(entry => Path.GetFileName(entry) != ExportManifest.FileName + ".tmp"))
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

            foreach (var path in Directory.EnumerateFiles(directory).Where(path => Path.GetFileName(path) is not (ExportManifest.FileName or ExportManifest.IndexName)
                && manifest.Files.TrueForAll(file => file.Name != Path.GetFileName(path))).ToList())
            {
                File.Delete(path);
            }

            CheckFiles(directory, manifest);
            return new ExportWriter(directory, manifest);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ChatTransferException($"The directory of the export cannot be used: {e.Message}", e);
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
        var line = Line(scope.IsUser ? "user" : "room");
        FactJson.WriteText(line, scope.User ?? scope.Root);
        if (scope.IsThread)
        {
            line.Write(",\"t\":"u8);
            FactJson.WriteNumber(line, scope.Thread);
        }

        line.Write(",\"n\":"u8);
        FactJson.WriteNumber(line, _number);
        line.Write(",\"first\":"u8);
        FactJson.WriteNumber(line, first);
        line.Write(",\"last\":"u8);
        FactJson.WriteNumber(line, last);
        End(line);
        return _number;
    }

    /// <summary>Continues a scope that was begun by an interrupted export.</summary>
    public void Continue(OpenScope open) => _number = open.Number;

    /// <summary>What follows are corrections.</summary>
    public void Changes()
    {
        var line = _lines;
        line.Write("{\"f\":\"changes\"}\n"u8);
        Counted("changes");
    }

    /// <summary>Writes the value of a message, or of another fact whose key is the number of a message.</summary>
    public void Fact(string fact, long id, ReadOnlySpan<byte> value, bool isJson)
    {
        var line = Line(fact);
        FactJson.WriteNumber(line, id);
        Value(line, value, isJson);
        End(line);
    }

    /// <summary>Writes a fact.</summary>
    /// <param name="fact">The kind.</param>
    /// <param name="key">The key.</param>
    /// <param name="user">The user that belongs to the key, if there is one.</param>
    /// <param name="value">The stored value.</param>
    /// <param name="isJson">Whether that should be JSON.</param>
    public void Fact(string fact, string key, string? user, ReadOnlySpan<byte> value, bool isJson)
    {
        var line = Line(fact);
        FactJson.WriteText(line, key);
        if (user is not null)
        {
            line.Write(",\"u\":"u8);
            FactJson.WriteText(line, user);
        }

        Value(line, value, isJson);
        End(line);
    }

    /// <summary>Writes that a fact does not exist any more.</summary>
    public void Gone(string fact, long id)
    {
        var line = Line(fact);
        FactJson.WriteNumber(line, id);
        line.Write(",\"v\":null"u8);
        End(line);
    }

    /// <summary>Writes that a fact does not exist any more.</summary>
    public void Gone(string fact, string key)
    {
        var line = Line(fact);
        FactJson.WriteText(line, key);
        line.Write(",\"v\":null"u8);
        End(line);
    }

    /// <summary>Writes several fields together.</summary>
    /// <param name="fact">The kind.</param>
    /// <param name="id">The message that they belong to.</param>
    /// <param name="fields">Names, without the message's id, and values.</param>
    /// <param name="isJson">Whether the values should be JSON.</param>
    public void Group(string fact, long id, IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> fields, bool isJson)
    {
        var line = Line(fact);
        FactJson.WriteNumber(line, id);
        Fields(line, fields, isJson);
        End(line);
    }

    /// <summary>Completes a scope.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="fields">The fields of its hash.</param>
    /// <param name="position">Its position.</param>
    public void Complete(TransferScope scope, IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> fields, RoomPosition position)
    {
        var line = _lines;
        line.Write("{\"f\":\"end\""u8);
        Fields(line, fields, isJson: false);
        End(line);
        Counted("end");

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

        foreach (var (fact, count) in _facts)
        {
            _manifest.Facts[fact] = _manifest.Facts.GetValueOrDefault(fact) + count;
        }

        _facts.Clear();
        _manifest.Unreadable += _unreadable;
        _unreadable = 0;
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
        _index.Dispose();
        _compressed?.Dispose();
        _file?.Dispose();
    }

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
        if (_lines.WrittenCount < atLeast)
        {
            return;
        }

        if (_file is null)
        {
            var name = $"{_manifest.Files.Count + 1:d6}.ndjson{(_manifest.Compressed ? ".gz" : "")}";
            _file = HashedFile.Continue(Path.Combine(_directory, name), 0);
            _compressed = _manifest.Compressed ? new GZipStream(_file, CompressionLevel.Fastest, leaveOpen: true) : null;
        }

        Output.Write(_lines.WrittenSpan);
        _written += _lines.WrittenCount;
        _lines.ResetWrittenCount();
    }

    private ArrayBufferWriter<byte> Line(string fact)
    {
        Counted(fact);
        var line = _lines;
        line.Write("{\"f\":\""u8);
        foreach (var letter in fact)
        {
            line.GetSpan(1)[0] = (byte)letter;
            line.Advance(1);
        }

        line.Write("\",\"k\":"u8);
        return line;
    }

    private void Counted(string fact)
    {
        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_facts, fact, out _)++;
        Count++;
    }

    private void Value(ArrayBufferWriter<byte> line, ReadOnlySpan<byte> value, bool isJson)
    {
        if (isJson ? FactJson.IsPlainJson(value) : Utf8.IsValid(value))
        {
            line.Write(",\"v\":"u8);
            if (isJson)
            {
                line.Write(value);
            }
            else
            {
                FactJson.WriteText(line, value);
            }
        }
        else
        {
            _unreadable++;
            line.Write(",\"b\":"u8);
            FactJson.WriteBase64(line, value);
        }
    }

    private void Fields(ArrayBufferWriter<byte> line, IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> fields, bool isJson)
    {
        line.Write(",\"v\":{"u8);
        var (isFirst, isPlain) = (true, true);
        foreach (var (name, value) in fields)
        {
            if (isJson ? FactJson.IsPlainJson(value.Span) : Utf8.IsValid(value.Span))
            {
                Name(name, ref isFirst);
                if (isJson)
                {
                    line.Write(value.Span);
                }
                else
                {
                    FactJson.WriteText(line, value.Span);
                }
            }
            else
            {
                isPlain = false;
            }
        }

        line.Write("}"u8);
        if (isPlain)
        {
            return;
        }

        line.Write(",\"b\":{"u8);
        isFirst = true;
        foreach (var (name, value) in fields.Where(field => !(isJson ? FactJson.IsPlainJson(field.Value.Span) : Utf8.IsValid(field.Value.Span))))
        {
            _unreadable++;
            Name(name, ref isFirst);
            FactJson.WriteBase64(line, value.Span);
        }

        line.Write("}"u8);

        void Name(string name, ref bool isFirst)
        {
            line.Write(isFirst ? ""u8 : ","u8);
            isFirst = false;
            FactJson.WriteText(line, name);
            line.Write(":"u8);
        }
    }

    private static void End(ArrayBufferWriter<byte> line) => line.Write("}\n"u8);
}
