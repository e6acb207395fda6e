using System.Net;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Queries all servers of a connection and turns their answers into findings.</summary>
internal sealed class RedisInspection(RedisStoreContext context)
{
    public async Task<ServerInspection> RunAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var multiplexer = await ConnectAsync(patience, cancellationToken).ConfigureAwait(false);
        var servers = await Task.WhenAll(multiplexer.GetServers().Where(HasAddress).Select(server => ReadAsync(server, patience, cancellationToken))).ConfigureAwait(false);
        return Array.Exists(servers, server => server.IsReached)
            ? ServerExamination.Examine(servers, ClientSetup.Of(context.Connection.Connector.Configuration))
            : throw new ChatUnavailableException(
                "No Redis server answers. Check that it is running and that the configured end points, user and password are right.")
            { Operation = ChatOperations.Inspect };
    }

    private async Task<IConnectionMultiplexer> ConnectAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(patience, context.Time, cancellationToken);
        try
        {
            return (await context.Connection.ConnectAsync(deadline.Token).ConfigureAwait(false)).Multiplexer;
        }
        catch (ChatUnavailableException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    // A cluster node that has not met any other node does not know its own address, and the client mistakes it for an additional server.
    private static bool HasAddress(IServer server) => server.EndPoint is not DnsEndPoint { Port: 0 };

    private async Task<ServerFacts> ReadAsync(IServer server, TimeSpan patience, CancellationToken cancellationToken)
    {
        var name = EndPointCollection.ToString(server.EndPoint);
        if (!server.IsConnected)
        {
            return ServerFacts.None(name);
        }

        using var deadline = new Deadline(patience, context.Time, cancellationToken);
        try
        {
            return await new ServerReader(server, name, new RightsReader(context), context.Time).ReadAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisConnectionException or RedisTimeoutException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return ServerFacts.None(name);
        }
    }
}
