using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Subscribes without leaving anything behind where that fails.</summary>
internal static class RedisChannels
{
    /// <summary>Subscribes to a channel; if that fails or takes too long, nothing stays registered.</summary>
    /// <remarks>
    /// The client library registers the queue before it asks the server, and keeps it where that fails: it would fill up, unread, once the
    /// server is back. So the connection is tried first, and after a failure all queues of the channel are removed. Should another store on
    /// the same connection have one among them, its probe finds it deaf and subscribes anew.
    /// </remarks>
    public static async Task<ChannelMessageQueue> SubscribeAsync(
        ISubscriber subscriber, RedisChannel channel, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        await subscriber.PingAsync().UntilAsync(timeout, time, cancellationToken).ConfigureAwait(false);
        var subscribing = subscriber.SubscribeAsync(channel);
        try
        {
            return await subscribing.UntilAsync(timeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _ = subscribing.ContinueWith(
                late => late.IsCompletedSuccessfully
                    ? late.Result.UnsubscribeAsync(CommandFlags.FireAndForget)
                    : subscriber.UnsubscribeAsync(channel, flags: CommandFlags.FireAndForget),
                CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }
}
