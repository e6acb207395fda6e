using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>How live events are published and subscribed to over a connection.</summary>
/// <param name="connection">The connection.</param>
/// <param name="prefix">
/// The prefix that the client library adds to the channels it subscribes to (<c>channelPrefix</c>). Scripts publish without the client's help, so
/// the names that <see cref="KeyNames.Live"/> builds already include it.
/// </param>
internal sealed class LiveChannels(RedisConnection connection, string prefix)
{
    /// <summary>The prefix of every channel name on the server.</summary>
    public string Prefix => prefix;

    /// <summary>Whether live events use sharded pub/sub: see <see cref="RedisLink.IsSharded"/>.</summary>
    public bool IsSharded => connection.Current is { IsSharded: true };

    /// <summary>The command that publishes live events.</summary>
    public string PublishCommand => IsSharded ? "SPUBLISH" : "PUBLISH";

    /// <summary>The channel to subscribe to, in the form that the client library expects.</summary>
    /// <param name="name">The channel's name on the server.</param>
    public RedisChannel Of(string name)
    {
        name = name[prefix.Length..];
        return IsSharded ? RedisChannel.Sharded(name) : RedisChannel.Literal(name);
    }
}
