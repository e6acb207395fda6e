using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Checks the chat's health by doing the same as sends and watchers, in the room with the empty id. No user can have that room, but its access
/// rights and cluster routing are those of any other.
/// </summary>
internal sealed class RedisHealth(RedisStoreContext context, BucketSealer sealer)
{
    private const string Room = "";

    // Nothing is known about its room beforehand, and deleting that room loses nothing.
    private readonly RedisStoreContext _context = context with { Rooms = new KnownRooms(1, NullLogger.Instance) };

    public async Task<ChatHealth> CheckAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        // Run in parallel: a check that gets no answer must not use up the time of the others.
        var answers = TryAsync("connection", PingAsync);
        var write = TryAsync("write", SendAsync);
        var live = TryAsync("live", HearAsync);
        return new ChatHealth(await answers.ConfigureAwait(false), await write.ConfigureAwait(false), await live.ConfigureAwait(false));

        Task<ChatHealthStep> TryAsync(string step, Func<IDatabase, CancellationToken, Task> attempt) =>
            ChatHealthStep.TryAsync(step, _context.Time, patience, token => CallAsync(attempt, token), _context.Logger, cancellationToken);
    }

    private async Task CallAsync(Func<IDatabase, CancellationToken, Task> attempt, CancellationToken cancellationToken) =>
        await _context.Calls.RunAsync(
            attempt,
            static async (database, attempt, token) =>
            {
                await attempt(database, token).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);

    private static async Task PingAsync(IDatabase database, CancellationToken cancellationToken) =>
        await database.PingAsync().UntilAsync(cancellationToken).ConfigureAwait(false);

    private async Task SendAsync(IDatabase database, CancellationToken cancellationToken)
    {
        try
        {
            await new RedisSends(_context, sealer).AppendAsync(Room, [new NewMessage(Room, "health check")], Durability.Memory, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // Not awaited: cleaning up is not part of the check.
            _ = CleanUpAsync(database);
        }
    }

    // The idempotency entries are left to expire with their window.
    private async Task CleanUpAsync(IDatabase database)
    {
        RedisKey[] keys = [_context.Keys.Room(Room), _context.Keys.Bucket(Room, 0), _context.Keys.Author(Room, Room)];
        try
        {
            await database.KeyDeleteAsync(keys).ConfigureAwait(false);
        }
        catch (RedisServerException)
        {
            // A user who may not delete can still let the keys expire: sends need that right too.
            foreach (var key in keys)
            {
                database.KeyExpireAsync(key, TimeSpan.FromMinutes(1)).Observe();
            }
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            // The next check deletes them.
        }
    }

    private async Task HearAsync(IDatabase database, CancellationToken cancellationToken)
    {
        var name = _context.Keys.Live(Room);
        var subscriber = database.Multiplexer.GetSubscriber();
        var channel = _context.Connection.Channels.Of(name);
        var payload = Guid.NewGuid().ToString("n");
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await SubscriberExtensions.SubscribeAsync(subscriber, channel, Hear, Timeout.InfiniteTimeSpan, _context.Time, cancellationToken).ConfigureAwait(false);
        try
        {
            var words = new RedisKeyOrValue[RedisScript.HeadWords + 3];
            words[RedisScript.HeadWords] = (RedisKey)name;
            words[RedisScript.HeadWords + 1] = (RedisValue)_context.Connection.Channels.PublishCommand;
            words[RedisScript.HeadWords + 2] = (RedisValue)payload;
            using var published = await Publish.RunAsync(database, words, keys: 1, CommandFlags.DemandMaster).AsTask().UntilAsync(cancellationToken).ConfigureAwait(false);
            await heard.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _ = subscriber.UnsubscribeAsync(channel, Hear, CommandFlags.FireAndForget);
        }

        void Hear(RedisChannel ofHealth, RedisValue message)
        {
            // Another process may be running its health check at the same time.
            if (message == payload)
            {
                heard.TrySetResult();
            }
        }
    }

    private static readonly RedisScript Publish = new("health_publish.lua");
}
