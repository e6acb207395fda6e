using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RedisChat;

/// <summary>The directory of one room in a file archive.</summary>
/// <remarks>
/// <code>
/// 3f/lobby-3f9a…/room                      the room's id, for people
/// 3f/lobby-3f9a…/lock                      held while a process writes
/// 3f/lobby-3f9a…/1fc538b66f532795/removed  if the room with this epoch was deleted
/// 3f/lobby-3f9a…/1fc538b66f532795/0/index  the index of buckets 0 to 255
/// 3f/lobby-3f9a…/1fc538b66f532795/0/7.pack their contents
/// </code>
/// </remarks>
internal sealed class ArchiveFolder
{
    private const int ReadablePart = 40;
    private const string Removed = "removed";

    // What .NET says when another handle has the lock: EWOULDBLOCK, and a sharing violation.
    private const int HeldOnLinux = 11;
    private const int HeldOnMacOS = 35;
    private const int HeldOnWindows = unchecked((int)0x80070020);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly string _room;
    private readonly string _id;
    private readonly string _epoch;

    public ArchiveFolder(string root, string room, ulong epoch)
    {
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.Unicode.GetBytes(room)).AsSpan(0, 16)).ToLower(CultureInfo.InvariantCulture);
        var readable = string.Concat(room.Take(ReadablePart).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));
        _room = Path.Combine(root, hash[..2], $"{readable}-{hash}");
        _id = room;
        _epoch = Path.Combine(_room, epoch.ToString("x", CultureInfo.InvariantCulture));
    }

    /// <summary>Whether the room was removed.</summary>
    public bool IsRemoved => File.Exists(Path.Combine(_epoch, Removed));

    /// <summary>The directory of a group of buckets.</summary>
    public string Group(long group) => Path.Combine(_epoch, group.ToString(CultureInfo.InvariantCulture));

    /// <summary>The groups that exist, in no particular order.</summary>
    public IEnumerable<long> Groups()
    {
        if (!Directory.Exists(_epoch))
        {
            return [];
        }

        return Directory.EnumerateDirectories(_epoch)
            .Select(path => long.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var group) ? group : -1)
            .Where(group => group >= 0);
    }

    /// <summary>Lets nobody else write to the room, in this process or another one, until the result is disposed.</summary>
    public async Task<FileStream> LockAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        DurableFile.CreateDirectory(_room);
        var path = Path.Combine(_room, "lock");
        FileStream? held = null;
        while (held is null)
        {
            try
            {
                held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
            }
            catch (IOException e) when (e.HResult is HeldOnLinux or HeldOnMacOS or HeldOnWindows)
            {
                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            }
        }

        try
        {
            var name = Path.Combine(_room, "room");
            if (!File.Exists(name))
            {
                DurableFile.Replace(name, Encoding.UTF8.GetBytes(_id));
            }

            return held;
        }
        catch
        {
            await held.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Removes all buckets, and leaves a mark. Only while the lock is held.</summary>
    public void Remove()
    {
        DurableFile.CreateDirectory(_epoch);
        DurableFile.Replace(Path.Combine(_epoch, Removed), default);
        foreach (var group in Groups().ToList())
        {
            Directory.Delete(Group(group), recursive: true);
        }

        DurableFile.FlushDirectory(_epoch);
    }
}
