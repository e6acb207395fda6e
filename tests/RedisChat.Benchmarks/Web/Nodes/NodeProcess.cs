using RedisChat.Benchmarks.Ratios;
using RedisChat.Benchmarks.Servers;

namespace RedisChat.Benchmarks.Web.Nodes;

/// <summary>A <see cref="WebNode"/>, as seen from here.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ChildProcess _process;

    private NodeProcess(ChildProcess process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    /// <summary>The processor time that it has used.</summary>
    public TimeSpan ProcessorTime => _process.ProcessorTime;

    /// <summary>The memory that it occupies now, in MB.</summary>
    public double ResidentMegabytes => _process.ResidentBytes / 1e6;

    /// <param name="run">The run.</param>
    /// <param name="kind">What it serves: <see cref="WebNode.Chat"/> or <see cref="WebNode.Plain"/>.</param>
    public static async Task<NodeProcess> StartAsync(RunContext run, string kind)
    {
        var process = ChildProcess.StartSelf(run.Configuration, WebNode.Verb, kind, run.Prefix);
        try
        {
            var address = await process.Output.ReadLineAsync(run.Ending).AsTask().WaitAsync(Patience, run.Ending);
            return new(process, new Uri(address ?? throw new InvalidOperationException("The node ended before it served.")));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
