using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Subscribes without leaving anything behind where that fails.</summary>
internal static class SubscriberExtensions
{
    /// <summary>Subscribes to a channel; if that fails or takes too long, the handler does not stay registered.</summary>
    /// <remarks>
    /// The client library registers the handler before it asks the server, and keeps it where that fails: it would subscribe once the server is
    /// back. So the connection is tried first, and after a failure the handler is removed.
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

    /// <summary>Removes the handler once its subscription has succeeded or failed. Never fails, because nobody awaits it.</summary>
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
            // The connection was disposed meanwhile, and the handler went with it; or the library removed the handler, but could not send the command.
        }
    }
}
