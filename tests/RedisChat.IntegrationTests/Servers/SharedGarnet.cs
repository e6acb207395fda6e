using RedisChat.ConsoleHost;
using RedisChat.IntegrationTests;

[assembly: AssemblyFixture(typeof(SharedGarnet))]

namespace RedisChat.IntegrationTests;

/// <summary>
/// The embedded Garnet of the tests that are about Garnet, whatever the others run on. It is started by the first test that needs it.
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
