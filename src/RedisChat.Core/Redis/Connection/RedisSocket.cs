using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>One connection to a server: after a reconnection it is another one, and after a fail-over one to another server.</summary>
internal readonly record struct RedisSocket(IServer Server, long Number)
{
    /// <summary>The connection that commands for the server use now.</summary>
    public static RedisSocket Of(IServer server) => new(server, server.GetCounters().Interactive.SocketCount);

    public bool Equals(RedisSocket other) => Number == other.Number && Server.EndPoint.Equals(other.Server.EndPoint);

    public override int GetHashCode() => HashCode.Combine(Number, Server.EndPoint);
}
