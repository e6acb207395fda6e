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
        var answers = await TryAsync("connection", PingAsync).ConfigureAwait(false);
        var write = await TryAsync("write", WriteAsync).ConfigureAwait(false);
        var live = await TryAsync("live", PublishAsync).ConfigureAwait(false);
        return new ChatHealth(answers, write, live);

        Task<ChatHealthStep> TryAsync(string step, Func<IDatabase, CancellationToken, Task> attempt) =>
            ChatHealthStep.TryAsync(step, context.Time, patience, token => CallAsync(attempt, token), context.Logger, cancellationToken);
    }

    private async Task CallAsync(Func<IDatabase, CancellationToken, Task> attempt, CancellationToken cancellationToken) =>
        await context.Calls.RunAsync(
            attempt,
            static async (database, attempt, token) =>
            {
                await attempt(database, token).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);

    private static async Task PingAsync(IDatabase database, CancellationToken cancellationToken) =>
        await database.PingAsync().UntilAsync(cancellationToken).ConfigureAwait(false);

    private async Task WriteAsync(IDatabase database, CancellationToken cancellationToken)
    {
        RedisKey key = context.Keys.Room(Room);
        var written = database.HashSetAsync(key, "checked", context.Time.GetUtcNow().ToUnixTimeSeconds());
        var expires = database.KeyExpireAsync(key, TimeSpan.FromMinutes(1));
        await Task.WhenAll(written, expires).UntilAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task PublishAsync(IDatabase database, CancellationToken cancellationToken)
    {
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
