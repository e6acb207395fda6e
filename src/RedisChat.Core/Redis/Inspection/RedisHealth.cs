using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Tries whether the chat works, in the room of the empty id, which no user can have: so the access rights and the cluster routing are those
/// of any room.
/// </summary>
internal sealed class RedisHealth(RedisConnection connection, IRoomKeyScheme keys, TimeProvider time, ILogger logger)
{
    private const string Room = "";

    public async Task<ChatHealth> CheckAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var answers = await TryAsync("connection", PingAsync).ConfigureAwait(false);
        var write = await TryAsync("write", WriteAsync).ConfigureAwait(false);
        var live = await TryAsync("live", PublishAsync).ConfigureAwait(false);
        return new ChatHealth(answers, write, live);

        Task<ChatHealthStep> TryAsync(string step, Func<CancellationToken, Task> attempt) =>
            ChatHealthStep.TryAsync(step, time, patience, token => TranslatedAsync(attempt, token), logger, cancellationToken);
    }

    /// <summary>Redis's own errors name hosts and keys, so they become the chat's.</summary>
    private async Task TranslatedAsync(Func<CancellationToken, Task> attempt, CancellationToken cancellationToken)
    {
        try
        {
            await attempt(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (connection.TryTranslate(e, Room, ChatOperations.Health, out var error))
        {
            throw error;
        }
    }

    private async Task PingAsync(CancellationToken cancellationToken)
    {
        var database = await connection.GetDatabaseAsync(Room, ChatOperations.Health, cancellationToken).ConfigureAwait(false);
        await database.PingAsync().UntilAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        var database = await connection.GetDatabaseAsync(Room, ChatOperations.Health, cancellationToken).ConfigureAwait(false);
        RedisKey key = keys.Room(Room);
        var written = database.HashSetAsync(key, "checked", time.GetUtcNow().ToUnixTimeSeconds());
        var expires = database.KeyExpireAsync(key, TimeSpan.FromMinutes(1));
        await Task.WhenAll(written, expires).UntilAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        var database = await connection.GetDatabaseAsync(Room, ChatOperations.Health, cancellationToken).ConfigureAwait(false);
        var subscriber = database.Multiplexer.GetSubscriber();
        var channel = connection.LiveChannel(keys.Live(Room));
        var token = Guid.NewGuid().ToString("n");
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await SubscriberExtensions.SubscribeAsync(subscriber, channel, Hear, Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(false);
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
