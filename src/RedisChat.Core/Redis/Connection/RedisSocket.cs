using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>One connection to a server. A reconnection gives a different one, and so does a failover, to another server.</summary>
internal readonly record struct RedisSocket(IServer Server, long Number)
{
    /// <summary>The connection that commands to the server use now.</summary>
    public static RedisSocket Of(IServer server) => new(server, server.GetCounters().Interactive.SocketCount);

    public bool Equals(RedisSocket other) => Number == other.Number && Server.EndPoint.Equals(other.Server.EndPoint);

    public override int GetHashCode() => HashCode.Combine(Number, Server.EndPoint);
}
