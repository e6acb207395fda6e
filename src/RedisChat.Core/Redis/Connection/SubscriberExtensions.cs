using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Subscribes without leaving a handler behind if that fails.</summary>
internal static class SubscriberExtensions
{
    /// <summary>Subscribes to a channel, and unregisters the handler if that fails or takes too long.</summary>
    /// <remarks>
    /// The client library registers the handler before it contacts the server, and keeps it after a failure: it would subscribe once the server is
    /// back. So the connection is tested first, and the handler is removed after a failure.
    /// </remarks>
    public static async Task SubscribeAsync(
        ISubscriber subscriber, RedisChannel channel, Action<RedisChannel, RedisValue> handler, TimeSpan timeout, TimeProvider time,
        CancellationToken cancellationToken)
    {
        await subscriber.PingAsync().UntilAsync(timeout, time, cancellationToken).ConfigureAwait(false);
        var subscribing = subscriber.SubscribeAsync(channel, handler);
        try
        {
            await subscribing.UntilAsync(timeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _ = RemoveAsync(subscribing, subscriber, channel, handler);
            throw;
        }
    }

    /// <summary>Removes the handler once its subscription has succeeded or failed. Never throws, because it is not awaited.</summary>
    private static async Task RemoveAsync(
        Task subscribing, ISubscriber subscriber, RedisChannel channel, Action<RedisChannel, RedisValue> handler)
    {
        await subscribing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await subscriber.UnsubscribeAsync(channel, handler, CommandFlags.FireAndForget).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            // The connection was disposed, and the handler with it; or the library removed the handler but could not send the command.
        }
    }
}
