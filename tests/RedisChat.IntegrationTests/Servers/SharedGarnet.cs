using RedisChat.ConsoleHost;
using RedisChat.IntegrationTests;

[assembly: AssemblyFixture(typeof(SharedGarnet))]

namespace RedisChat.IntegrationTests;

/// <summary>
/// The embedded Garnet for the Garnet tests, whatever server the others run on. The first test that needs it starts it.
/// </summary>
public sealed class SharedGarnet : IDisposable
{
    private readonly Lazy<EmbeddedServer> _server = new(() => EmbeddedServer.StartOnFreePort());

    /// <summary>How to connect.</summary>
    public string Configuration => _server.Value.Configuration;

    public void Dispose()
    {
        if (_server.IsValueCreated)
        {
            _server.Value.Dispose();
        }
    }
}
