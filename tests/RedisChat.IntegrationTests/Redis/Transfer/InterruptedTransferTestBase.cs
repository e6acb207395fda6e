namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>Two chats of its own on a server, and a proxy in front of it that lets something happen before a command.</summary>
public abstract class InterruptedTransferTestBase : TransferTestBase
{
    protected InterruptedTransferTestBase(TestServer server)
        : base(server) => Proxy = new InterruptingProxy(server.Connection.GetEndPoints()[0]);

    private protected InterruptingProxy Proxy { get; }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        await Proxy.DisposeAsync();
    }

    /// <summary>A store that connects to the proxy.</summary>
    protected RedisMessageStore OpenAtProxy(string prefix) => OpenAt(Proxy.EndPoint, prefix);
}
