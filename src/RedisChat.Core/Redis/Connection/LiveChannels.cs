using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>How live events are published and subscribed to over a connection.</summary>
/// <param name="connection">The connection.</param>
/// <param name="prefix">
/// What the client library puts before the channels that it subscribes to (<c>channelPrefix</c>). Scripts publish past the client, so the names
/// that <see cref="KeyNames.Live"/> gives them begin with it.
/// </param>
internal sealed class LiveChannels(RedisConnection connection, string prefix)
{
    /// <summary>What the names of all channels begin with on the server.</summary>
    public string Prefix => prefix;

    /// <summary>Whether live events use sharded pub/sub: see <see cref="RedisLink.IsSharded"/>.</summary>
    public bool IsSharded => connection.Current is { IsSharded: true };

    /// <summary>The command that publishes live events.</summary>
    public string PublishCommand => IsSharded ? "SPUBLISH" : "PUBLISH";

    /// <summary>The channel for subscribing, as the client library wants it.</summary>
    /// <param name="name">Its name on the server.</param>
    public RedisChannel Of(string name)
    {
        name = name[prefix.Length..];
        return IsSharded ? RedisChannel.Sharded(name) : RedisChannel.Literal(name);
    }
}
