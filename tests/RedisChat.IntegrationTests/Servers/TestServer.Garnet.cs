using RedisChat.ConsoleHost;

namespace RedisChat.IntegrationTests;

public sealed partial class TestServer
{
    partial void StartGarnet(ref string? configuration)
    {
        var garnet = EmbeddedServer.StartOnFreePort();
        _owned.Push(new OwnedGarnet(garnet));
        configuration = garnet.Configuration;
    }

    private sealed class OwnedGarnet(EmbeddedServer garnet) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            garnet.Dispose();
            return default;
        }
    }
}
