using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>A handler of a room's channel. A repair creates a new one.</summary>
/// <remarks>A plain handler, because a queue takes about 3 KB per channel. Handlers may run out of order; the events' numbers restore the order.</remarks>
internal sealed class RedisListener
{
    private readonly RedisSubscription _subscription;
    private readonly IConnectionMultiplexer _multiplexer;
    private readonly RedisChannel _channel;
    private readonly Action<RedisChannel, RedisValue> _handler;
    private readonly ILogger _logger;
    private volatile bool _isClosed;

    public RedisListener(RedisSubscription subscription, IConnectionMultiplexer multiplexer, RedisChannel channel, ILogger logger)
    {
        _subscription = subscription;
        _multiplexer = multiplexer;
        _channel = channel;
        _handler = Hear;
        _logger = logger;
    }

    public async Task SubscribeAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await SubscriberExtensions.SubscribeAsync(
                _multiplexer.GetSubscriber(), _channel, _handler, timeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _isClosed = true;
            throw;
        }
    }

    public Task UnsubscribeAsync()
    {
        _isClosed = true;
        return _multiplexer.GetSubscriber().UnsubscribeAsync(_channel, _handler);
    }

    private void Hear(RedisChannel channel, RedisValue payload)
    {
        // Handlers may still be called for a while after they were unsubscribed.
        if (!_isClosed && !_subscription.Hear(payload))
        {
            ChatLog.UnreadableEvent(_logger);
        }
    }
}
