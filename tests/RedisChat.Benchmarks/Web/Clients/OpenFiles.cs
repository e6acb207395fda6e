using System.Globalization;

namespace RedisChat.Benchmarks.Web.Clients;

/// <summary>The limit on open files, which sockets count as. The runtime raises it as far as it may when a process starts.</summary>
internal static class OpenFiles
{
    private const string Limits = "/proc/self/limits";
    private const string Name = "Max open files";

    // What a process has open apart from the clients' sockets.
    private const int Others = 500;

    /// <exception cref="InvalidOperationException">The limit is too low.</exception>
    public static void Require(int sockets)
    {
        // "Max open files            20000                20000                files"
        if (File.Exists(Limits)
            && File.ReadLines(Limits).FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal)) is { } line
            && int.TryParse(line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture, out var limit)
            && limit < sockets + Others)
        {
            throw new InvalidOperationException($"This process may open {limit} files, and {sockets + Others} are needed. Raise the limit: ulimit -n {sockets + Others}.");
        }
    }
}
