namespace RedisChat.Benchmarks.Life;

/// <summary>The size of a directory.</summary>
/// <param name="path">The directory.</param>
/// <param name="expected">About how many bytes there will be at the end.</param>
internal sealed class DirectoryProbe(string path, long expected) : LifeProbe
{
    protected override Task<double> ReadAsync() => Task.FromResult(SizeOf(path) / (double)expected);

    /// <summary>The size of all files in a directory.</summary>
    public static long SizeOf(string path)
    {
        var size = 0L;
        foreach (var file in Directory.Exists(path) ? new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories) : [])
        {
            try
            {
                size += file.Length;
            }
            catch (FileNotFoundException)
            {
                // It was temporary.
            }
        }

        return size;
    }
}
