using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RedisChat.WebChat.Files;

/// <summary>
/// Keeps uploaded files in a directory that all nodes share: for each room one with a name made of a digest, and in it for each file the content, <c>id</c>, what is known of it, <c>id.json</c>, and an empty
/// <c>id.sent</c> once a message refers to it. No part of a path comes from a user.
/// </summary>
internal sealed class FileStore(WebChatSettings settings, TimeProvider time)
{
    /// <summary>The largest file, in bytes.</summary>
    public const long MaxBytes = 8 * 1024 * 1024;

    private const int BufferBytes = 64 * 1024;

    /// <summary>How long a file stays that was uploaded and not sent.</summary>
    private static readonly TimeSpan Unsent = TimeSpan.FromDays(1);

    private string Root => settings.FileDirectory;

    /// <summary>Stores a file as it arrives.</summary>
    /// <returns>The file; or why it is refused, and the status for that.</returns>
    public async Task<(StoredFile? File, string Problem, int Status)> AddAsync(string room, string user, string name, Stream content, CancellationToken cancellationToken)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var part = Path.Combine(Root, $"{id}.part");
        Directory.CreateDirectory(Root);
        try
        {
            var (size, kind) = await WriteAsync(part, content, cancellationToken);
            if (size > MaxBytes)
            {
                return (null, $"The file is larger than {MaxBytes >> 20} MB.", StatusCodes.Status413PayloadTooLarge);
            }

            if (kind?.MayBeCalled(name) != true)
            {
                return (null, "Only PNG, JPEG, GIF, WebP, PDF and plain text, with a name that fits.", StatusCodes.Status415UnsupportedMediaType);
            }

            var file = new StoredFile(id, room, user, name, kind.Kind, kind.MediaType, size);
            var path = PathOf(room, id);
            MoveIntoRoom(part, path);
            await File.WriteAllBytesAsync($"{path}.json", JsonSerializer.SerializeToUtf8Bytes(file), cancellationToken);
            return (file, "", StatusCodes.Status201Created);
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>What is known of a file; <see langword="null"/> if it is not there.</summary>
    public async Task<StoredFile?> FindAsync(string room, string id, CancellationToken cancellationToken) =>
        FileAddress.IsId(id) ? await ReadAsync(PathOf(room, id), cancellationToken) : null;

    public string PathOf(StoredFile file) => PathOf(file.Room, file.Id);

    /// <summary>A message refers to the file, or is about to. If it is refused after that, the file stays: the other way round, a message could lose its file.</summary>
    /// <returns>Whether the file is still there.</returns>
    public bool Keep(StoredFile file)
    {
        try
        {
            File.WriteAllBytes($"{PathOf(file)}.sent", []);
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }

        if (File.Exists(PathOf(file)))
        {
            return true;
        }

        // It was deleted in between.
        Delete(file.Room, file.Id);
        return false;
    }

    /// <summary>Deletes a file, if it is there.</summary>
    public void Delete(string room, string id)
    {
        var path = PathOf(room, id);
        foreach (var suffix in new[] { "", ".sent", ".json" })
        {
            try
            {
                File.Delete(path + suffix);
            }
            catch (DirectoryNotFoundException)
            {
                // The room never had a file, or another node has removed the directory.
            }
        }

        RemoveIfEmpty(Path.GetDirectoryName(path)!);
    }

    /// <summary>Deletes what was uploaded more than a day ago and not sent, and is not to be sent later.</summary>
    /// <param name="isScheduled">Whether a scheduled message refers to a file.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task SweepAsync(Func<StoredFile, Task<bool>> isScheduled, CancellationToken cancellationToken)
    {
        var before = (time.GetUtcNow() - Unsent).UtcDateTime;
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = true };
        foreach (var path in Directory.Exists(Root) ? Directory.EnumerateFiles(Root, "*", all) : [])
        {
            var file = Path.ChangeExtension(path, null);
            if (File.GetLastWriteTimeUtc(path) >= before || (await ReadAsync(file, cancellationToken) is { } known && await isScheduled(known)) || File.Exists($"{file}.sent"))
            {
                continue;
            }

            File.Delete(path);
            if (Path.GetDirectoryName(path) is { } directory && directory != Path.TrimEndingDirectorySeparator(Root))
            {
                RemoveIfEmpty(directory);
            }
        }
    }

    private static async Task<StoredFile?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return JsonSerializer.Deserialize<StoredFile>(await File.ReadAllBytesAsync($"{path}.json", cancellationToken));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            // There is none, or its node was killed while it wrote this.
            return null;
        }
    }

    /// <summary>The room has a directory once it has a file. Another node may remove it while it is still empty.</summary>
    private static void MoveIntoRoom(string part, string path)
    {
        for (var attempt = 1; ; attempt++)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            try
            {
                File.Move(part, path);
                return;
            }
            catch (DirectoryNotFoundException) when (attempt < 10)
            {
            }
        }
    }

    private static void RemoveIfEmpty(string directory)
    {
        try
        {
            Directory.Delete(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has files, or another node was faster.
        }
    }

    private static async Task<(long Size, FileKind? Kind)> WriteAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        var text = new FileKind.TextCheck();
        var buffer = new byte[BufferBytes];
        var head = Array.Empty<byte>();
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes, useAsync: true);
        long size = 0;
        for (int count; (count = await content.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            size += count;
            if (size > MaxBytes)
            {
                return (size, null);
            }

            head = head.Length < FileKind.HeadBytes ? [.. head, .. buffer.AsSpan(0, Math.Min(count, FileKind.HeadBytes - head.Length))] : head;
            text.Add(buffer.AsSpan(0, count), isLast: false);
            await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }

        text.Add([], isLast: true);
        return (size, size == 0 ? null : FileKind.Of(head, text.IsText));
    }

    private string PathOf(string room, string id) =>
        FileAddress.IsId(id) ? Path.Combine(Root, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(room)))[..32], id) : throw new ArgumentException("It is not an id.", nameof(id));
}
