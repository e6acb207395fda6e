using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RedisChat;

/// <summary>
/// The index of 256 buckets of a room, in one directory: what the archive has of each, and where. It is a text file that is replaced as a whole; the contents are in pack files beside it, and a pack that the index does
/// not name means nothing.
/// </summary>
internal sealed class ArchiveGroup
{
    /// <summary>How many buckets share an index.</summary>
    public const int Size = 256;

    private const string FirstLine = "redischat archive 1";
    private const string IndexName = "index";

    private readonly SortedDictionary<long, Entry> _entries = [];

    /// <summary>What the index says of a bucket.</summary>
    /// <param name="Version">See <see cref="ArchivedBucket.Version"/>.</param>
    /// <param name="Pack">The number of the file with the content; 0 if there is none.</param>
    /// <param name="Offset">Where the content begins in the file.</param>
    /// <param name="Length">Its length.</param>
    /// <param name="Checksum">The first 16 hex digits of its SHA-256.</param>
    /// <param name="Users">See <see cref="ArchivedBucket.Users"/>.</param>
    public sealed record Entry(long Version, long Pack, long Offset, int Length, string Checksum, IReadOnlyList<string> Users);

    /// <summary>The buckets, by number.</summary>
    public IReadOnlyDictionary<long, Entry> Entries => _entries;

    /// <summary>Sets what the index says of a bucket.</summary>
    public void Set(long number, Entry entry) => _entries[number] = entry;

    /// <summary>Reads the index of a directory; empty if there is none.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static ArchiveGroup Read(string directory)
    {
        var group = new ArchiveGroup();
        var path = Path.Combine(directory, IndexName);
        string text;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file, Encoding.UTF8);
            text = reader.ReadToEnd();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return group;
        }

        var end = text.LastIndexOf("\nend ", StringComparison.Ordinal) + 1;
        if (end == 0 || !text.StartsWith(FirstLine + "\n", StringComparison.Ordinal) || text[end..] != EndLine(text[..end]))
        {
            throw Damaged(path);
        }

        var users = new List<string>();
        foreach (var line in text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            var words = line.Split(' ');
            switch (words)
            {
                case ["user", var user]:
                    users.Add(Uri.UnescapeDataString(user));
                    break;
                case ["bucket", var number, var version, var pack, var offset, var length, var checksum, var names]:
                    group._entries[Number(number)] = new Entry(
                        Number(version), Number(pack), Number(offset), (int)Number(length), checksum,
                        names == "-" ? [] : [.. names.Split(',').Select(name => users[(int)Number(name)])]);
                    break;
                default:
                    throw Damaged(path);
            }
        }

        return group;
    }

    /// <summary>Replaces the index of a directory, durably.</summary>
    public void Write(string directory)
    {
        var users = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var user in _entries.Values.SelectMany(entry => entry.Users))
        {
            users.TryAdd(user, users.Count);
        }

        var text = new StringBuilder(FirstLine).Append('\n');
        foreach (var user in users.Keys)
        {
            text.Append("user ").Append(Uri.EscapeDataString(user)).Append('\n');
        }

        foreach (var (number, entry) in _entries)
        {
            var names = entry.Users.Count == 0 ? "-" : string.Join(',', entry.Users.Select(user => users[user].ToString(CultureInfo.InvariantCulture)));
            text.Append(CultureInfo.InvariantCulture, $"bucket {number} {entry.Version} {entry.Pack} {entry.Offset} {entry.Length} {entry.Checksum} {names}\n");
        }

        text.Append(EndLine(text.ToString()));
        DurableFile.Replace(Path.Combine(directory, IndexName), Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>The checksum of a content, as the index has it.</summary>
    public static string ChecksumOf(ReadOnlySpan<byte> content) => Convert.ToHexString(SHA256.HashData(content).AsSpan(0, 8));

    /// <summary>The file with a content.</summary>
    public static string PackPath(string directory, long pack) => Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{pack}.pack"));

    /// <summary>The error for a file that is not what the archive wrote.</summary>
    public static InvalidDataException Damaged(string path) =>
        new($"The file '{path}' of the archive is damaged. Restore it from a backup.");

    private static string EndLine(string text) => $"end {ChecksumOf(Encoding.UTF8.GetBytes(text))}\n";

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
