using System.Text;

namespace RedisChat.Benchmarks.Life;

/// <summary>Searches the bytes of files.</summary>
internal static class FileScan
{
    private const int Part = 1 << 20;

    /// <summary>Searches all files of a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="words">What to look for.</param>
    /// <returns>How many bytes were searched, and where a word was found.</returns>
    public static (long Searched, List<string> Found) Run(string directory, params string[] words)
    {
        var needles = words.Select(word => (word, Encoding.UTF8.GetBytes(word))).ToArray();
        var overlap = needles.Max(needle => needle.Item2.Length) - 1;
        var (searched, found, buffer) = (0L, new List<string>(), new byte[Part + overlap]);
        foreach (var path in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            for (int kept = 0, read; (read = file.Read(buffer, kept, buffer.Length - kept)) > 0;)
            {
                searched += read;
                var part = buffer.AsSpan(0, kept + read);
                foreach (var (word, bytes) in needles)
                {
                    if (part.IndexOf(bytes) >= 0)
                    {
                        found.Add($"{word}: {Path.GetFileName(path)} before byte {file.Position}");
                    }
                }

                // A word may lie across two parts.
                kept = Math.Min(overlap, part.Length);
                part[^kept..].CopyTo(buffer);
            }
        }

        return (searched, found);
    }
}
