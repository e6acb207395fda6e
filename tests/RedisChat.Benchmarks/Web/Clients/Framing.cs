namespace RedisChat.Benchmarks.Web.Clients;

/// <summary>Takes the transport's framing off what a connection receives, and passes on the records.</summary>
internal abstract class Framing
{
    public abstract void Feed(ReadOnlySpan<byte> received);
}
