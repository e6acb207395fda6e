namespace RedisChat.Tests;

/// <summary>The location of the sources, for tests that read them.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string directory) =>
        File.Exists(Path.Combine(directory, "RedisChat.Core.sln")) ? directory
        : Path.GetDirectoryName(directory) is { } parent ? Find(parent)
        : throw new InvalidOperationException("The tests must run from within the repository.");
}
