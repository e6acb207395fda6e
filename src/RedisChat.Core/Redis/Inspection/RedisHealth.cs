using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Tries whether the chat works, in the room of the empty id, which no user can have: so the access rights and the cluster routing are those
/// of any room.
/// </summary>
internal sealed class RedisHealth(RedisStoreContext context)
{
    private const string Room = "";

    public async Task<ChatHealth> CheckAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var answers = await ChatHealthStep.TryAsync(context.Time, patience, PingAsync, cancellationToken).ConfigureAwait(false);
        var write = await ChatHealthStep.TryAsync(context.Time, patience, WriteAsync, cancellationToken).ConfigureAwait(false);
        var live = await ChatHealthStep.TryAsync(context.Time, patience, PublishAsync, cancellationToken).ConfigureAwait(false);
        return new ChatHealth(answers, write, live);
    }

    private async Task PingAsync(CancellationToken cancellationToken)
    {
        var database = await context.Connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        await database.PingAsync().UntilAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        var database = await context.Connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        RedisKey key = context.Keys.Room(Room);
        var written = database.HashSetAsync(key, "checked", context.Time.GetUtcNow().ToUnixTimeSeconds());
        var expires = database.KeyExpireAsync(key, TimeSpan.FromMinutes(1));
        await Task.WhenAll(written, expires).UntilAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        var database = await context.Connection.GetDatabaseAsync(cancellationToken).ConfigureAwait(false);
        var subscriber = database.Multiplexer.GetSubscriber();
        var channel = context.Connection.LiveChannel(context.Keys.Live(Room));
        var token = Guid.NewGuid().ToString("n");
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await SubscriberExtensions.SubscribeAsync(subscriber, channel, Hear, Timeout.InfiniteTimeSpan, context.Time, cancellationToken).ConfigureAwait(false);
        try
        {
            await subscriber.PublishAsync(channel, token).UntilAsync(cancellationToken).ConfigureAwait(false);
            await heard.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _ = subscriber.UnsubscribeAsync(channel, Hear, CommandFlags.FireAndForget);
        }

        void Hear(RedisChannel ofHealth, RedisValue message)
        {
            // Another process may be checking its health too.
            if (message == token)
            {
                heard.TrySetResult();
            }
        }
    }
}
