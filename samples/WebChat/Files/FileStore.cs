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
        var path = PathOf(room, id);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            var (size, kind) = await WriteAsync($"{path}.part", content, cancellationToken);
            if (size > MaxBytes)
            {
                return (null, $"The file is larger than {MaxBytes >> 20} MB.", StatusCodes.Status413PayloadTooLarge);
            }

            if (kind?.MayBeCalled(name) != true)
            {
                return (null, "Only PNG, JPEG, GIF, WebP, PDF and plain text, with a name that fits.", StatusCodes.Status415UnsupportedMediaType);
            }

            var file = new StoredFile(id, room, user, name, kind.Kind, kind.MediaType, size);
            File.Move($"{path}.part", path);
            await File.WriteAllBytesAsync($"{path}.json", JsonSerializer.SerializeToUtf8Bytes(file), cancellationToken);
            return (file, "", StatusCodes.Status201Created);
        }
        finally
        {
            File.Delete($"{path}.part");
        }
    }

    /// <summary>What is known of a file; <see langword="null"/> if it is not there.</summary>
    public async Task<StoredFile?> FindAsync(string room, string id, CancellationToken cancellationToken)
    {
        try
        {
            return FileAddress.IsId(id) ? JsonSerializer.Deserialize<StoredFile>(await File.ReadAllBytesAsync($"{PathOf(room, id)}.json", cancellationToken)) : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public string PathOf(StoredFile file) => PathOf(file.Room, file.Id);

    /// <summary>A message refers to the file, or is about to. If it is refused after that, the file stays: the other way round, a message could lose its file.</summary>
    public void Keep(StoredFile file) => File.WriteAllBytes($"{PathOf(file)}.sent", []);

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
    }

    /// <summary>Deletes what was uploaded more than a day ago and not sent.</summary>
    public void Sweep()
    {
        var before = (time.GetUtcNow() - Unsent).UtcDateTime;
        foreach (var path in Directory.Exists(Root) ? Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories) : [])
        {
            if (File.GetLastWriteTimeUtc(path) < before && !File.Exists($"{Path.ChangeExtension(path, null)}.sent"))
            {
                File.Delete(path);
            }
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
