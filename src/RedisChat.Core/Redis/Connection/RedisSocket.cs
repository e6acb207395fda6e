using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Which connection to a server it is: after a reconnection it is another one, and after a fail-over one to another server.</summary>
internal readonly record struct RedisSocket(IServer Server, long Number)
{
    public bool Equals(RedisSocket other) => Number == other.Number && Server.EndPoint.Equals(other.Server.EndPoint);

    public override int GetHashCode() => HashCode.Combine(Number, Server.EndPoint);
}
