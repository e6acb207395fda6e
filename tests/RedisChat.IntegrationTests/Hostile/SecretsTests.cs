using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RedisChat.Conformance;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Hostile;

/// <summary>Users' texts and passwords reach no log above Trace and no exception, whatever fails.</summary>
public sealed class SecretsTests
{
    private const string Text = "the-secret-text";
    private const string Stored = "the-secret-stored";
    private const string Published = "the-secret-published";
    private const string Key = "the-secret-key";
    private const string Password = "the-secret-password";

    // For what fails.
    private static readonly TimeSpan Impatient = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<string> _said = [];
    private int _thrown;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_text_and_no_password_is_logged_or_thrown()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await admin.GetDatabase().ExecuteAsync("ACL", "SETUSER", "chat", "on", $">{Password}", "~*", "&*", "+@all");

        // Otherwise a wrong password would silently run as this user, who needs no password. This test's connection keeps its rights.
        await admin.GetDatabase().ExecuteAsync("ACL", "SETUSER", "default", "off");
        var configuration = $"{redis.Configuration},user=chat,password={Password}";
        await using var services = Services(configuration);
        var chat = services.GetRequiredService<Chat>();

        await WorkAsync(chat);
        await MeetBadDataAsync(chat, admin);
        await MeetForgedEventsAsync(chat, admin);
        await using (var refused = Services($"{configuration}-wrong,connectTimeout=500,connectRetry=1", Impatient))
        {
            await ThrowsAsync(() => refused.GetRequiredService<Chat>().SendAsync("lobby", "alice", Text, Cancelled));
        }

        await using (var refused = Services($"redis://chat:{Password}-wrong@{redis.Configuration}", Impatient))
        {
            await ThrowsAsync(() => refused.GetRequiredService<Chat>().SendAsync("lobby", "alice", Text, Cancelled));
        }

        await using (var welcome = Services($"redis://chat:{Password}@{redis.Configuration}/0"))
        {
            await welcome.GetRequiredService<Chat>().SendAsync("lobby", "alice", Text, Cancelled);
        }

        await ThrowsAsync(() => Task.FromResult(Services($"{configuration},nonsense={Password}")));
        await ThrowsAsync(() => Task.FromResult(Services($"http://chat:{Password}@{redis.Configuration}")));
        await ThrowsAsync(() => Task.FromResult(Services($"{redis.Configuration},password=a,{Password}")));
        await ThrowsAsync(() => Task.FromResult(Services($"{Password}@{redis.Configuration}")));
        await redis.KillAsync();
        chat = new Chat(services.GetRequiredService<IMessageStore>(), new ChatOptions { OperationTimeout = Impatient }, logger: services.GetRequiredService<ILogger<Chat>>());
        await ThrowsAsync(() => chat.SendAsync("lobby", new NewMessage("alice", Text) { IdempotencyKey = Key }, Cancelled));
        await ThrowsAsync(() => chat.EditAsync("lobby", 1, "alice", $"{Text} edited", Cancelled));
        await ThrowsAsync(() => chat.ReceiveAsync("lobby", cancellationToken: Cancelled));

        _thrown.Should().BeGreaterThan(10);
        _said.Should().Contain(said => said.Contains("Gave up", StringComparison.Ordinal)).And.Contain(said => said.Contains("live channel", StringComparison.Ordinal));
        foreach (var secret in new[] { Text, Stored, Published, Password })
        {
            _said.Should().NotContain(said => said.Contains(secret, StringComparison.Ordinal));
        }
    }

    private async Task WorkAsync(Chat chat)
    {
        var message = new NewMessage("alice", Text) { IdempotencyKey = Key, Metadata = new Dictionary<string, string> { ["name"] = Text } };
        await chat.SendAsync("lobby", message, Cancelled);
        await chat.SendAsync("lobby", message, Cancelled);
        await chat.SendManyAsync("lobby", [.. Enumerable.Repeat(new NewMessage("bob", Text), 100)], Cancelled);
        await chat.EditAsync("lobby", 1, "alice", $"{Text} edited", Cancelled);
        await chat.DeleteAsync("lobby", 2, "bob", cancellationToken: Cancelled);
        await ThrowsAsync(() => chat.SendAsync("lobby", message with { Text = $"{Text} other" }, Cancelled));
        await ThrowsAsync(() => chat.EditAsync("lobby", 1, "bob", Text, Cancelled));
        await ThrowsAsync(() => chat.DeleteAsync("lobby", 1, "bob", cancellationToken: Cancelled));
        await ThrowsAsync(() => chat.SendAsync("lobby", "alice", $"{Text}\ud800", Cancelled));
        await ThrowsAsync(() => chat.SendAsync("lobby", "alice", Text + new string('x', 20_000), Cancelled));
        await ThrowsAsync(() => chat.SendAsync("lobby", $"{Text}\n", "hello", Cancelled));
    }

    private async Task MeetBadDataAsync(Chat chat, ConnectionMultiplexer admin)
    {
        var redis = admin.GetDatabase();
        await redis.HashSetAsync("chatroom:{lobby}:m:0", 3, $"{{\"t\":1,\"u\":\"{Stored}\",\"c\":\"{Stored}\"");
        await chat.ReceiveAsync("lobby", new MessageQuery { Limit = 1000 }, Cancelled);
        await ThrowsAsync(() => chat.GetAsync("lobby", 3, Cancelled));
        await ThrowsAsync(() => chat.EditAsync("lobby", 3, "alice", Text, Cancelled));
        await redis.StringSetAsync("chatroom:{lobby}:u:alice", Stored);
        await ThrowsAsync(() => chat.ReceiveAsync("lobby", new MessageQuery { User = "alice" }, Cancelled));
        await redis.SortedSetAddAsync("chatroom:{lobby}:changed", Stored, 1e15);
        await ThrowsAsync(() => chat.ReadChangesAsync("lobby", new RoomPosition(1, 1, 1, 1), cancellationToken: Cancelled));
        await redis.SortedSetRemoveAsync("chatroom:{lobby}:changed", Stored);
        foreach (var field in new[] { "epoch", "last", "at", "rev" })
        {
            var before = await redis.HashGetAsync("chatroom:{lobby}", field);
            await redis.HashSetAsync("chatroom:{lobby}", field, Stored);
            await ThrowsAsync(() => chat.ReceiveAsync("lobby", cancellationToken: Cancelled));
            await ThrowsAsync(() => chat.SendAsync("lobby", "carol", Text, Cancelled));
            await ThrowsAsync(() => chat.EditAsync("lobby", 1, "alice", Text, Cancelled));
            await redis.HashSetAsync("chatroom:{lobby}", field, before);
        }

        await redis.StringSetAsync("chatroom:{other}", Stored);
        await ThrowsAsync(() => chat.SendAsync("other", "alice", Text, Cancelled));
    }

    private static async Task MeetForgedEventsAsync(Chat chat, ConnectionMultiplexer admin)
    {
        await using var log = new WatchLog(chat.WatchAsync("lobby"));
        await log.CaughtUpAsync();
        await admin.GetSubscriber().PublishAsync(RedisChannel.Literal("chatroom:{lobby}:live"), $"c 1 2 {Published}");
        await admin.GetSubscriber().PublishAsync(RedisChannel.Literal("chatroom:{lobby}:live"), $"c abc 1 1 0 0\n{{\"t\":1,\"u\":\"a\",\"c\":\"{Published}\"}}");
        await chat.SendAsync("lobby", "carol", "real", Cancelled);
        await log.UntilAsync(l => l.Events[^1] is RoomEvent.Created { Message.Text: "real" });
    }

    private async Task ThrowsAsync(Func<Task> operation)
    {
        _said.Enqueue((await Assert.ThrowsAnyAsync<Exception>(operation)).ToString());
        _thrown++;
    }

    private ServiceProvider Services(string configuration, TimeSpan? timeout = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(new Ear(_said)));
        services.AddRedisChat(configuration).Configure(options => options.OperationTimeout = timeout ?? options.OperationTimeout);
        return services.BuildServiceProvider();
    }

    /// <summary>Captures everything logged, including exceptions and values.</summary>
    private sealed class Ear(ConcurrentQueue<string> said) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                var values = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(", ", pairs) : "";
                said.Enqueue($"{formatter(state, exception)} {values} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}
