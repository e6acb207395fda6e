using System.Text.Json;
using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>The file <c>manifest.json</c> of an export: see docs/export.md.</summary>
internal sealed record ExportManifest
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "manifest.json";

    /// <summary>The name of the file with a line for each completed scope.</summary>
    public const string IndexName = "index.ndjson";

    /// <summary>The version of the format that this version writes, and the greatest one that it reads.</summary>
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>Random, 16 hex digits. Imported rooms keep it, so a second import recognizes them.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Whether the export is whole. It is not while it is being written, or if that was interrupted.</summary>
    public bool Complete { get; set; }

    public required bool Compressed { get; init; }

    /// <summary>The rooms that were requested; empty for everything.</summary>
    public required IReadOnlyList<string> Rooms { get; init; }

    /// <summary>The numbers of completed rooms, threads and users.</summary>
    public ExportCounts Counts { get; set; } = new(0, 0, 0);

    /// <summary>The number of lines of each kind in <see cref="Files"/>.</summary>
    public SortedDictionary<string, long> Facts { get; init; } = new(StringComparer.Ordinal);

    public long Unreadable { get; set; }

    public List<ExportFile> Files { get; init; } = [];

    public required ExportFile Index { get; set; }

    /// <summary>The number of the next scope.</summary>
    public long NextNumber { get; set; } = 1;

    /// <summary>The room that the files end in the middle of, if they do.</summary>
    public OpenScope? Open { get; set; }

    /// <summary>Reads the manifest of a directory; <see langword="null"/> if there is none.</summary>
    /// <exception cref="ChatTransferException">It cannot be read, or is of a later version.</exception>
    public static ExportManifest? TryLoad(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var stream = File.OpenRead(path);
            var manifest = JsonSerializer.Deserialize(stream, ExportJsonContext.Default.ExportManifest) ?? throw new JsonException("The manifest is null.");
            return manifest.Format is > 0 and <= CurrentFormat ? manifest : throw new ChatTransferException(
                $"The export has format {manifest.Format}, and this version reads formats up to {CurrentFormat}. Use a later version of RedisChat.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ChatTransferException($"The file {FileName} of the export cannot be read: it is damaged or is not that of an export. Export again into an empty directory.", e);
        }
    }

    /// <summary>Replaces the manifest of a directory, in one step. It is readable like the other files of the export.</summary>
    public void Save(string directory)
    {
        var (path, next) = (Path.Combine(directory, FileName), Path.Combine(directory, FileName + ".tmp"));
        using (var stream = File.Create(next))
        {
            JsonSerializer.Serialize(stream, this, ExportJsonContext.Default.ExportManifest);
            stream.Flush(flushToDisk: true);
        }

        DurableFile.Rename(next, path);
    }
}

/// <summary>A file of an export.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">The SHA-256 of its content, in lower-case hex.</param>
internal sealed record ExportFile(string Name, long Bytes, string Sha256);

/// <summary>How many scopes of each kind an export holds.</summary>
internal sealed record ExportCounts(long Rooms, long Threads, long Users);

/// <summary>How far a room was exported.</summary>
/// <param name="Number">The scope's number.</param>
/// <param name="Room">The id of the room or thread.</param>
/// <param name="Epoch">Its epoch.</param>
/// <param name="First">The least id of its messages when its export began.</param>
/// <param name="Last">Its last message when its export began.</param>
/// <param name="Revision">Its revision then.</param>
/// <param name="NextBucket">The first bucket that was not exported.</param>
internal sealed record OpenScope(long Number, string Room, string Epoch, long First, long Last, long Revision, long NextBucket);

/// <summary>The JSON of the manifest.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ExportManifest))]
internal sealed partial class ExportJsonContext : JsonSerializerContext;
