namespace RedisChat.ConsoleHost;

/// <summary>Where the index of messages is: beside the data, or in a directory of this process that is deleted with it. The index is built again when it is not there.</summary>
internal sealed class IndexFile : IDisposable
{
    private readonly DirectoryInfo? _own;

    /// <param name="dataDirectory">Where the embedded server keeps its data; <see langword="null"/> if it keeps none.</param>
    public IndexFile(string? dataDirectory)
    {
        _own = dataDirectory is null ? Directory.CreateTempSubdirectory("redischat-search-") : null;
        Path = System.IO.Path.Combine(_own?.FullName ?? dataDirectory!, "search.db");
    }

    public string Path { get; }

    public void Dispose() => _own?.Delete(recursive: true);
}
