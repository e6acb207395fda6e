using System.Globalization;

namespace RedisChat;

/// <summary>Keeps old messages of rooms in files below a directory.</summary>
/// <remarks>
/// <para>
/// Each room has a directory, and each 256 buckets of it one below that, with an index and pack files. What was stored is flushed to the disk, and the index is replaced in one step, so a crash at any moment leaves the
/// old state or the new one. When a bucket is replaced, the files with its old content are deleted: what was deleted in the chat does not stay in the archive.
/// </para>
/// <para>
/// Several processes can use one directory on a local disk; each room has a lock file. All processes that share rooms must use the same archive, so on several machines the directory must be on a shared file system that
/// supports locks, or use another archive. Files can be read by their owner alone.
/// </para>
/// <para>Thread-safe.</para>
/// </remarks>
public sealed class FileRoomArchive : IRoomArchive
{
    // An index that is replaced between the read of the index and that of the content.
    private const int MostAttempts = 20;

    private readonly string _root;
    private readonly TimeProvider _time;

    /// <summary>Creates the archive. Nothing is written until the first bucket is.</summary>
    /// <param name="directory">The directory. It need not exist. A relative path starts at the process's current directory.</param>
    /// <exception cref="ArgumentException">The directory is empty.</exception>
    public FileRoomArchive(string directory)
        : this(directory, TimeProvider.System)
    {
    }

    internal FileRoomArchive(string directory, TimeProvider time)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        (_root, _time) = (Path.GetFullPath(directory), time);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> PutAsync(string room, ulong epoch, IReadOnlyList<ArchivedBucket> buckets, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(room);
        ArgumentNullException.ThrowIfNull(buckets);
        var folder = new ArchiveFolder(_root, room, epoch);
        return await Task.Run(
            async () =>
            {
                using var held = await folder.LockAsync(_time, cancellationToken).ConfigureAwait(false);
                var isStored = !folder.IsRemoved;
                foreach (var some in isStored ? buckets.GroupBy(bucket => bucket.Number / ArchiveGroup.Size) : [])
                {
                    isStored &= Put(folder, some.Key, [.. some]);
                }

                return isStored;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ArchivedBucket?>> ReadAsync(string room, ulong epoch, IReadOnlyList<long> numbers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(room);
        ArgumentNullException.ThrowIfNull(numbers);
        var folder = new ArchiveFolder(_root, room, epoch);
        return await Task.Run(
            () =>
            {
                var found = new Dictionary<long, ArchivedBucket>();
                foreach (var some in numbers.GroupBy(number => number / ArchiveGroup.Size))
                {
                    Read(folder, some.Key, [.. some], found);
                }

                return numbers.Select(number => found.GetValueOrDefault(number)).ToList();
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<long>> FindAsync(
        string room, ulong epoch, string user, long first, long last, bool descending, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(room);
        ArgumentNullException.ThrowIfNull(user);
        var folder = new ArchiveFolder(_root, room, epoch);
        return await Task.Run(
            () =>
            {
                var groups = folder.Groups().Where(group => group >= first / ArchiveGroup.Size && group <= last / ArchiveGroup.Size);
                var found = new List<long>();
                foreach (var group in descending ? groups.OrderDescending() : groups.Order())
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var numbers = ArchiveGroup.Read(folder.Group(group)).Entries
                        .Where(entry => entry.Key >= first && entry.Key <= last && entry.Value.Users.Contains(user))
                        .Select(entry => entry.Key);
                    found.AddRange((descending ? numbers.OrderDescending() : numbers.Order()).Take(limit - found.Count));
                    if (found.Count == limit)
                    {
                        break;
                    }
                }

                return found;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask RemoveRoomAsync(string room, ulong epoch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(room);
        var folder = new ArchiveFolder(_root, room, epoch);
        await Task.Run(
            async () =>
            {
                using var held = await folder.LockAsync(_time, cancellationToken).ConfigureAwait(false);
                folder.Remove();
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stores the buckets of a group: their contents in a new pack, then the index, which is the moment from which they count, and then the packs go that nothing refers to.</summary>
    private static bool Put(ArchiveFolder folder, long number, List<ArchivedBucket> buckets)
    {
        var directory = folder.Group(number);
        DurableFile.CreateDirectory(directory);
        var group = ArchiveGroup.Read(directory);
        var accepted = buckets.FindAll(bucket => !group.Entries.TryGetValue(bucket.Number, out var present) || present.Version <= bucket.Version);
        if (accepted.Count > 0)
        {
            // A pack is deleted as a whole, so the others in it come along.
            var replaced = accepted.Select(bucket => group.Entries.GetValueOrDefault(bucket.Number)?.Pack ?? 0).Where(pack => pack > 0).ToHashSet();
            var numbers = accepted.Select(bucket => bucket.Number).ToHashSet();
            var moved = group.Entries.Where(entry => replaced.Contains(entry.Value.Pack) && !numbers.Contains(entry.Key)).Select(entry => entry.Key).ToList();
            var contents = new Dictionary<long, ArchivedBucket>();
            Read(folder, number, moved, contents);
            var pack = group.Entries.Values.Select(entry => entry.Pack).Append(0).Max() + 1;
            var parts = new List<ReadOnlyMemory<byte>>();
            var offset = 0L;
            foreach (var bucket in accepted.Concat(contents.Values))
            {
                var (content, isEmpty) = (bucket.Content, bucket.Content.IsEmpty);
                group.Set(bucket.Number, new ArchiveGroup.Entry(bucket.Version, isEmpty ? 0 : pack, offset, content.Length, isEmpty ? "-" : ArchiveGroup.ChecksumOf(content.Span), bucket.Users));
                parts.Add(content);
                offset += content.Length;
            }

            if (offset > 0)
            {
                DurableFile.Write(ArchiveGroup.PackPath(directory, pack), parts);
                DurableFile.FlushDirectory(directory);
            }

            group.Write(directory);
            DeleteUnused(directory, group);
        }

        return accepted.Count == buckets.Count;
    }

    private static void DeleteUnused(string directory, ArchiveGroup group)
    {
        var used = group.Entries.Values.Select(entry => entry.Pack).ToHashSet();
        foreach (var path in Directory.EnumerateFiles(directory, "*.pack"))
        {
            if (!long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var pack) || !used.Contains(pack))
            {
                File.Delete(path);
            }
        }
    }

    private static void Read(ArchiveFolder folder, long number, List<long> numbers, Dictionary<long, ArchivedBucket> found)
    {
        var directory = folder.Group(number);
        for (var attempt = 1; ; attempt++)
        {
            var group = ArchiveGroup.Read(directory);
            try
            {
                foreach (var bucket in numbers)
                {
                    if (group.Entries.TryGetValue(bucket, out var entry))
                    {
                        found[bucket] = new ArchivedBucket(bucket, entry.Version) { Content = ReadContent(directory, entry), Users = entry.Users };
                    }
                }

                return;
            }
            catch (Exception e) when (e is DirectoryNotFoundException || (e is FileNotFoundException or InvalidDataException && folder.IsRemoved))
            {
                // The room was removed since then, or is being removed: the index may go last.
                found.Clear();
                return;
            }
            catch (Exception e) when (e is FileNotFoundException or InvalidDataException && attempt < MostAttempts)
            {
                // Replaced since the index was read.
            }
        }
    }

    private static byte[] ReadContent(string directory, ArchiveGroup.Entry entry)
    {
        if (entry.Pack == 0)
        {
            return [];
        }

        var path = ArchiveGroup.PackPath(directory, entry.Pack);
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
        var content = new byte[entry.Length];
        var read = 0;
        while (read < content.Length && RandomAccess.Read(file, content.AsSpan(read), entry.Offset + read) is > 0 and var count)
        {
            read += count;
        }

        return read == content.Length && ArchiveGroup.ChecksumOf(content) == entry.Checksum ? content : throw ArchiveGroup.Damaged(path);
    }
}
