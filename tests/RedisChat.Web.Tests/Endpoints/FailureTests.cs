using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;
using StackExchange.Redis;

namespace RedisChat.Web.Tests;

/// <summary>What fails behind the endpoints: each failure has its code, and shows nothing of the inside.</summary>
public sealed class FailureTests(TestServer server) : EndpointTests(server)
{
    private const string Hello = """{"text":"hello","idempotencyKey":"k1"}""";

    [Fact]
    public async Task While_redis_is_down_nothing_happens_and_the_client_may_try_again()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var node = await StartOnAsync(redis, TimeSpan.FromSeconds(1));
        var alice = node.As("alice");
        await StoreFirstAsync(alice);

        await redis.KillAsync();

        // The command that meets the broken connection may have been written to it.
        await Poll.UntilAsync(async () => (await alice.SendAsync("GET", "rooms/lobby/messages")).Code == 503, "reads fail as unavailable");
        foreach (var (method, path, body) in new[] { ("GET", "rooms/lobby/messages", null), ("POST", "rooms/lobby/messages", Hello), ("GET", "rooms", null), ("PUT", "inbox/lobby/mute", null) })
        {
            Closed((await alice.SendAsync(method, path, body)).ExpectProblem(503, "unavailable")).Header("Retry-After").Should().Be("1");
        }
    }

    [Fact]
    public async Task While_redis_is_frozen_a_send_may_have_happened_and_repeating_it_stores_it_once()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var node = await StartOnAsync(redis, TimeSpan.FromSeconds(4));
        var alice = node.As("alice");
        await StoreFirstAsync(alice);

        redis.Freeze();
        Closed((await alice.SendAsync("POST", "rooms/lobby/messages", Hello)).ExpectProblem(504, "may-have-happened"));
        redis.Thaw();

        HttpJson.Reply again = null!;
        await Poll.UntilAsync(
            async () =>
            {
                again = await alice.SendAsync("POST", "rooms/lobby/messages", Hello);
                return again.Code is 200 or 201;
            },
            "the repetition succeeds");
        again["id"].Should().Be("2");
        (await alice.SendAsync("POST", "rooms/lobby/messages", Hello)).Expect(200)["id"].Should().Be("2");
        (await node.Chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_full_store_refuses_writes_and_is_still_read()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var node = await StartOnAsync(redis, TimeSpan.FromSeconds(20));
        var alice = node.As("alice");
        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"first"}""")).Expect(201);
        await redis.AskAsync("CONFIG", "SET", "maxmemory-policy", "noeviction");
        await redis.AskAsync("CONFIG", "SET", "maxmemory", "1");

        Closed((await alice.SendAsync("POST", "rooms/lobby/messages", Hello)).ExpectProblem(507, "full"));
        Closed((await alice.SendAsync("PUT", "rooms/lobby/messages/1/reactions/heart")).ExpectProblem(507, "full"));
        (await alice.SendAsync("GET", "rooms/lobby/messages")).Expect(200)["messages.0.text"].Should().Be("first");
    }

    [Fact]
    public async Task Above_the_limit_of_pending_operations_a_request_is_refused_at_once()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var node = await StartOnAsync(redis, TimeSpan.FromSeconds(20), options => options.MaxPendingOperations = 1);
        var alice = node.As("alice");
        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"first"}""")).Expect(201);

        redis.Freeze();
        var requests = Enumerable.Range(0, 2).Select(_ => alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"x"}""")).ToList();
        var refused = await Task.WhenAny(requests);
        redis.Thaw();

        Closed((await refused).ExpectProblem(503, "overloaded")).Header("Retry-After").Should().Be("1");
        (await requests.Single(request => request != refused)).Expect(201);
    }

    [Fact]
    public async Task What_cannot_be_read_is_logged_and_not_shown()
    {
        using var log = new CapturedLog();
        await using var redis = await RedisProcess.StartAsync();
        await using var node = await StartOnAsync(redis, TimeSpan.FromSeconds(20), services: services => services.AddSingleton<ILoggerProvider>(log));
        var alice = node.As("alice");
        (await alice.SendAsync("POST", "rooms/lobby/messages", Hello)).Expect(201);
        (await alice.SendAsync("POST", "rooms/lobby/messages", """{"text":"second"}""")).Expect(201);
        await using var admin = await redis.ConnectAsync();
        var database = admin.GetDatabase();

        await database.HashSetAsync("test-failures:{lobby}:m:0", 1, "{broken secret");
        Closed((await alice.SendAsync("GET", "rooms/lobby/messages/1")).ExpectProblem(500, "data"));
        Closed((await alice.SendAsync("PATCH", "rooms/lobby/messages/1", """{"text":"x"}""")).ExpectProblem(500, "data"));
        var page = (await alice.SendAsync("GET", "rooms/lobby/messages")).Expect(200);
        page.Json.GetProperty("messages").GetArrayLength().Should().Be(1, "a page leaves the message out");

        await database.KeyDeleteAsync("test-failures:{lobby}");
        await database.StringSetAsync("test-failures:{lobby}", "something else");
        foreach (var path in new[] { "rooms/lobby/messages", "rooms/lobby", "rooms/lobby/members", "rooms/lobby/changes", "rooms/lobby/unread", "rooms/lobby/export" })
        {
            Closed((await alice.SendAsync("GET", path)).ExpectProblem(500, "data"));
        }

        log.Errors.Should().NotBeEmpty();
        log.Errors.Should().OnlyContain(entry => entry.Exception != null && !entry.Text.Contains("lobby") && !entry.Text.Contains("secret"));
    }

    [Fact]
    public async Task A_stored_message_whose_durability_is_not_confirmed_has_its_receipt()
    {
        await using var primary = await RedisProcess.StartAsync();
        await using var replica = await RedisProcess.StartAsync("--replicaof", "127.0.0.1", primary.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await using var node = await StartOnAsync(
            primary, TimeSpan.FromSeconds(20), options => options.Durability = Durability.Replicated(1, TimeSpan.FromMilliseconds(300)));
        var alice = node.As("alice");
        await StoreFirstAsync(alice);

        replica.Freeze();
        var problem = Closed((await alice.SendAsync("POST", "rooms/lobby/messages", Hello)).ExpectProblem(504, "not-confirmed"));
        replica.Thaw();

        problem["receipts.0.id"].Should().Be("2");
        await Poll.UntilAsync(async () => (await alice.SendAsync("POST", "rooms/lobby/messages", Hello)).Code == 200, "the repetition is confirmed");
    }

    [Fact]
    public async Task A_store_that_lacks_an_ability_says_so()
    {
        await using var node = await StartAsync(chat: chat => chat.UseClassicLayout());

        Closed((await node.As("alice").SendAsync("POST", "rooms/lobby/messages", Hello)).ExpectProblem(501, "not-supported"));
        Closed((await node.As("alice").SendAsync("GET", "inbox")).ExpectProblem(501, "not-supported"));
        Closed((await node.As("alice").SendAsync("POST", "stream", """{"drafts":true}""")).ExpectProblem(501, "not-supported"));
    }

    [Fact]
    public async Task A_pace_that_the_room_does_not_allow_says_how_long_to_wait()
    {
        await using var node = await StartAsync();
        await node.Chat.Room("slow").Rules.ChangeAsync(Actor.Application, rules => rules with { SlowMode = TimeSpan.FromHours(1) }, Cancelled);
        await node.Chat.Room("flood").Rules.ChangeAsync(Actor.Application, rules => rules with { Flood = new FloodLimit(1, TimeSpan.FromHours(1)) }, Cancelled);

        foreach (var (room, reason) in new[] { ("slow", "slowMode"), ("flood", "floodLimit") })
        {
            (await node.As("alice").SendAsync("POST", $"rooms/{room}/messages", """{"text":"one"}""")).Expect(201);
            var refused = (await node.As("alice").SendAsync("POST", $"rooms/{room}/messages", """{"text":"two"}""")).ExpectProblem(429, "too-many", reason);
            double.Parse(refused["retryAfter"]!, System.Globalization.CultureInfo.InvariantCulture).Should().BeInRange(1, 3600);
            int.Parse(refused.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture).Should().BeInRange(1, 3600);
        }
    }

    [Fact]
    public async Task A_message_that_a_filter_refuses_is_forbidden()
    {
        await using var node = await StartInMemoryAsync(chat: chat => chat.AddMessageFilter<NoSpam>());

        (await node.As("alice").SendAsync("POST", "rooms/lobby/messages", """{"text":"spam"}""")).ExpectProblem(403, "forbidden", "filtered");
        (await node.As("alice").SendAsync("POST", "rooms/lobby/messages", """{"text":"eggs"}""")).Expect(201);
    }

    [Fact]
    public async Task An_export_that_cannot_go_on_is_broken_off_and_not_taken_for_complete()
    {
        var (reads, table) = (0, new TableAccess.Table());
        table.Rights = _ => Interlocked.Increment(ref reads) == 1 ? RoomRights.All : RoomRights.None;
        await using var node = await StartInMemoryAsync(chat: chat => chat.AddAccess<TableAccess>(), services: services => services.AddSingleton(table));
        for (var i = 0; i < 10; i++)
        {
            await node.Chat.SendManyAsync("lobby", [.. Enumerable.Range(0, 100).Select(n => new NewMessage("alice", $"{n}"))], Cancelled);
        }

        await Assert.ThrowsAsync<HttpRequestException>(() => node.As("bob").SendAsync("GET", "rooms/lobby/export"));
        reads.Should().Be(2);
    }

    [Fact]
    public async Task A_client_that_goes_away_is_no_error()
    {
        using var log = new CapturedLog();
        var filter = new Waiting.Signals();
        await using var node = await StartInMemoryAsync(chat: chat => chat.AddMessageFilter<Waiting>().Configure(options => options.Filters.Timeout = TimeSpan.FromMinutes(1)), services: services => services
            .AddSingleton(filter).AddSingleton<ILoggerProvider>(log));
        using var gone = new CancellationTokenSource();
        using var content = new StringContent(Hello, System.Text.Encoding.UTF8, "application/json");

        var sending = node.As("alice").PostAsync("rooms/lobby/messages", content, gone.Token);
        await filter.Started.Task.WaitAsync(Cancelled);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        await filter.Ended.Task.WaitAsync(Cancelled);

        // The host waits for the request when it stops.
        await node.StopAsync();
        log.Errors.Should().BeEmpty();
        log.Entries.Should().Contain(entry => entry.Category == "Microsoft.AspNetCore.Hosting.Diagnostics" && entry.Text.StartsWith("Request finished"));
    }

    private static Task<WebNode> StartOnAsync(
        RedisProcess redis, TimeSpan timeout, Action<ChatOptions>? options = null, Action<IServiceCollection>? services = null) =>
        WebNode.StartAsync(
            redis.Configuration,
            "test-failures",
            chat: chat => chat.Configure(chatOptions =>
            {
                chatOptions.OperationTimeout = timeout;
                options?.Invoke(chatOptions);
            }),
            services: services);

    /// <summary>Stores message 1, however long the first connection, or the replica, takes.</summary>
    private static Task StoreFirstAsync(HttpClient client) => Poll.UntilAsync(
        async () => (await client.SendAsync("POST", "rooms/lobby/messages", """{"text":"first","idempotencyKey":"first"}""")).Code is 200 or 201, "the first message is stored");

    /// <summary>Asserts that an answer shows nothing of the inside.</summary>
    private static HttpJson.Reply Closed(HttpJson.Reply reply)
    {
        reply.Text.Should().NotContainAny("test-failures", "127.0.0.1", "StackExchange", "RedisChat.", "Exception", "   at ", "secret", "EVALSHA", "MULTI", "OOM");
        return reply;
    }

    private sealed class NoSpam : IMessageFilter
    {
        public ValueTask<FilterDecision> FilterAsync(FilteredMessage message, CancellationToken cancellationToken = default) =>
            new(message.Text == "spam" ? FilterDecision.Refuse("No spam, please.") : FilterDecision.Accept);
    }

    private sealed class Waiting(Waiting.Signals signals) : IMessageFilter
    {
        public async ValueTask<FilterDecision> FilterAsync(FilteredMessage message, CancellationToken cancellationToken = default)
        {
            signals.Started.TrySetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                signals.Ended.TrySetResult();
            }

            return FilterDecision.Accept;
        }

        internal sealed class Signals
        {
            public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

            public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
