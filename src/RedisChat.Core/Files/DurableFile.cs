using System.Runtime.InteropServices;
using System.Text;

namespace RedisChat;

/// <summary>Files that survive a crash of the machine: flushed to the disk, and so are the directories that name them. For their owner alone.</summary>
internal static class DurableFile
{
    // EINVAL, on Linux and macOS: network file systems keep the names on their server.
    private const int NotFlushable = 22;

    private const UnixFileMode OwnerReads = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a new file. It counts once its name is durable: see <see cref="FlushDirectory"/>.</summary>
    public static void Write(string path, params IEnumerable<ReadOnlyMemory<byte>> parts)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerReads;
        }

        using var file = new FileStream(path, options);
        foreach (var part in parts)
        {
            file.Write(part.Span);
        }

        file.Flush(flushToDisk: true);
    }

    /// <summary>Replaces a file in one step: whenever the machine stops, there is the old content or the new one.</summary>
    public static void Replace(string path, ReadOnlyMemory<byte> content)
    {
        var temporary = path + ".new";
        Write(temporary, content);
        Rename(temporary, path);
    }

    /// <summary>Renames a file that was flushed to the disk, within its directory. It replaces the one that had the name.</summary>
    public static void Rename(string path, string newPath)
    {
        File.Move(path, newPath, overwrite: true);
        FlushDirectory(Path.GetDirectoryName(newPath)!);
    }

    /// <summary>Creates a directory and those above it, as far as they are missing, durably.</summary>
    public static void CreateDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        var above = Path.GetDirectoryName(path);
        if (!string.IsNullOrEmpty(above))
        {
            CreateDirectory(above);
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, OwnerReads | UnixFileMode.UserExecute);
        if (!string.IsNullOrEmpty(above))
        {
            FlushDirectory(above);
        }
    }

    /// <summary>Makes the names in a directory durable, as far as its file system can. Windows keeps them in the journal of its file system.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void FlushDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // .NET opens no directories.
        var handle = Open([.. Encoding.UTF8.GetBytes(path), 0], 0);
        if (handle < 0)
        {
            throw new IOException($"The directory '{path}' cannot be opened (error {Marshal.GetLastPInvokeError()}).");
        }

        var failed = Flush(handle) != 0;
        var error = Marshal.GetLastPInvokeError();
        _ = Close(handle);
        if (failed && error != NotFlushable)
        {
            throw new IOException($"The directory '{path}' cannot be flushed to the disk (error {error}).");
        }
    }

#pragma warning disable SYSLIB1054, CA5392 // The generator needs unsafe code; libc is found by the system.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Flush(int handle);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int handle);
#pragma warning restore SYSLIB1054, CA5392
}
