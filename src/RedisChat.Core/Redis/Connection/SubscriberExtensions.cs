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
            _ = subscribing.ContinueWith(
                _ => subscriber.UnsubscribeAsync(channel, handler, CommandFlags.FireAndForget),
                CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }
}
