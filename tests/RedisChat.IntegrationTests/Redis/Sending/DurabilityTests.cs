using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Sends that wait for replicas or the disk.</summary>
public sealed class DurabilityTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_replicated_send_returns_once_the_replica_has_the_message()
    {
        await using var primary = await StartPrimaryAsync();
        await using var replica = await StartReplicaAsync(primary);
        await using var store = Open(primary);
        await using var reader = await replica.ConnectAsync();
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1), Durability = Durability.Replicated(1, Long) });

        for (var i = 1; i <= 20; i++)
        {
            await chat.SendAsync("lobby", "alice", $"message {i}", Cancelled);

            // At once, without waiting.
            (await reader.GetDatabase().HashGetAsync(new HashTagKeyScheme().Room("lobby"), "last")).Should().Be(i);
        }
    }

    [Fact]
    public async Task While_the_replica_does_not_answer_a_replicated_send_fails_with_the_receipt_of_the_stored_message()
    {
        await using var primary = await StartPrimaryAsync();
        await using var replica = await StartReplicaAsync(primary);
        await using var store = Open(primary);
        var chat = new Chat(store);
        await chat.SendAsync("lobby", new NewMessage("alice", "one"), Durability.Replicated(1, Long), Cancelled);

        replica.Freeze();
        var send = () => chat.SendAsync("lobby", new NewMessage("alice", "two"), Durability.Replicated(1, Soon), Cancelled);
        var error = (await send.Should().ThrowAsync<ChatDurabilityException>()).Which;

        error.Receipts.Should().ContainSingle().Which.Id.Should().Be(2);
        error.Message.Should().Contain("Replicated(1)").And.Contain("0.5 s");
        (await chat.GetAsync("lobby", 2, Cancelled))!.Text.Should().Be("two");

        // Other sends are not held up, and durable ones work again with the replica.
        (await chat.SendAsync("lobby", "alice", "three", Cancelled)).Id.Should().Be(3);
        replica.Thaw();
        (await chat.SendAsync("lobby", new NewMessage("alice", "four"), Durability.Replicated(1, Long), Cancelled)).Id.Should().Be(4);
    }

    // Servers differ in what a WAIT confirms after a command that wrote nothing.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_repetition_over_another_connection_waits_for_the_first_time(bool newServer)
    {
        var program = newServer ? ServerPrograms.NeedWaitAof() : null;
        await using var primary = await StartPrimaryAsync(program);
        await using var replica = await StartReplicaAsync(primary, program);
        await using var first = Open(primary);
        await using var second = Open(primary);
        var warm = new NewMessage("alice", "warm up");
        await new Chat(second).SendAsync("lobby", warm, Durability.Replicated(1, Long), Cancelled);
        var message = new NewMessage("alice", "hello") { IdempotencyKey = "key" };

        replica.Freeze();
        await new Chat(first).SendAsync("lobby", message, Cancelled);
        var repeat = () => new Chat(second).SendAsync("lobby", message, Durability.Replicated(1, Soon), Cancelled);

        (await repeat.Should().ThrowAsync<ChatDurabilityException>()).Which.Receipts.Should().ContainSingle().Which.IsDuplicate.Should().BeTrue();
        replica.Thaw();
    }

    [Fact]
    public async Task Sends_at_the_same_time_share_their_waits()
    {
        const int Sends = 200;
        await using var primary = await StartPrimaryAsync();
        await using var replica = await StartReplicaAsync(primary);
        await using var store = Open(primary);
        await using var admin = await primary.ConnectAsync();
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1), Durability = Durability.Replicated(1, Long) });
        await chat.SendAsync("lobby", "alice", "warm up", Cancelled);
        var before = await WaitsAsync(admin);

        await Task.WhenAll(Enumerable.Range(0, Sends).Select(i => chat.SendAsync($"room {i % 10}", "alice", $"message {i}", Cancelled)));

        (await WaitsAsync(admin) - before).Should().BeInRange(1, Sends / 4);
    }

    [Fact]
    public async Task A_replicated_reply_returns_once_the_replica_has_it_even_if_its_sealed_parent_had_to_be_read()
    {
        await using var primary = await StartPrimaryAsync();
        await using var replica = await StartReplicaAsync(primary);
        await using var store = Open(primary);
        await using var reader = await replica.ConnectAsync();
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1), Durability = Durability.Replicated(1, Long) });
        for (var sent = 0; sent < 400; sent += 100)
        {
            await chat.SendManyAsync("lobby", [.. Enumerable.Repeat(new NewMessage("alice", "hello"), 100)], Cancelled);
        }

        await store.SealedAsync();

        await chat.SendAsync("lobby", new NewMessage("bob", "yes") { ReplyTo = 1 }, Cancelled);

        (await reader.GetDatabase().HashGetAsync("chatroom:{lobby}:m:3", 401)).ToString().Should().EndWith("\"r\":1}");
        (await reader.GetDatabase().HashExistsAsync("chatroom:{lobby}:sealed", 0)).Should().BeTrue();
        await Assert.ThrowsAsync<ChatParentNotFoundException>(() => chat.SendAsync("lobby", new NewMessage("bob", "yes") { ReplyTo = 5000 }, Cancelled));
    }

    [Fact]
    public async Task A_send_to_the_disk_returns_once_the_message_is_there()
    {
        var setup = new RedisSetup { Program = ServerPrograms.NeedWaitAof(), Arguments = ["--appendonly", "yes", "--appendfsync", "everysec"] };
        await using var redis = await RedisProcess.StartAsync(setup);
        await using var store = Open(redis);
        await using var admin = await redis.ConnectAsync();
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1), Durability = Durability.Fsynced(Long) });

        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => chat.SendAsync("lobby", "alice", $"{i}", Cancelled)));

        // Data on disk survives the process.
        await redis.KillAsync();
        await redis.StartAgainAsync();
        (await chat.ReceiveAsync("lobby", new MessageQuery { Limit = 100 }, Cancelled)).Messages.Should().HaveCount(51);
    }

    [Fact]
    public async Task A_level_that_the_server_cannot_give_is_refused_with_the_reason_and_nothing_is_written()
    {
        await using var redis = await RedisProcess.StartAsync(new RedisSetup { Program = ServerPrograms.NeedWaitAof() });
        await using var store = Open(redis);
        var chat = new Chat(store);

        await ExpectRefusalAsync(chat, Durability.Replicated(2, Long), "needs 2 connected replicas, and the primary has 0");
        await ExpectRefusalAsync(chat, Durability.Fsynced(Long), "CONFIG SET appendonly yes");
    }

    [Fact]
    public async Task A_server_without_WAITAOF_is_refused_for_sends_to_the_disk()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        if (admin.GetServers()[0].Version >= new Version(7, 2))
        {
            Assert.Skip("The server that is installed has WAITAOF.");
        }

        await using var store = Open(redis);
        await ExpectRefusalAsync(new Chat(store), Durability.Fsynced(Long), "needs Redis 7.2 or later");
    }

    [Fact]
    public async Task A_chat_on_another_layout_says_that_it_cannot_wait()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var classic = new ClassicMessageStore(connection);
        var message = new NewMessage("alice", "hello");

        var overClassic = () => new Chat(classic).SendAsync("lobby", message, Durability.Replicated(1, Long), Cancelled);

        (await overClassic.Should().ThrowAsync<NotSupportedException>()).Which.Message.Should().Contain(nameof(IDurableStore)).And.Contain("ClassicMessageStore");
    }

    [Fact]
    public async Task A_connection_that_breaks_during_a_wait_does_not_confirm_sends_over_another()
    {
        await using var primary = await StartPrimaryAsync();
        await using var replica = await StartReplicaAsync(primary);
        await using var store = Open(primary);
        await using var admin = await primary.ConnectAsync();
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(30) });
        await chat.SendAsync("lobby", new NewMessage("alice", "warm up"), Durability.Replicated(1, Long), Cancelled);

        replica.Freeze();
        var send = chat.SendAsync("lobby", new NewMessage("alice", "hello"), Durability.Replicated(1, Long), Cancelled);
        await Poll.UntilAsync(async () => await BlockedAsync(admin) == 1, "the wait has begun");
        await admin.GetDatabase().ExecuteAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        await Poll.UntilAsync(async () => await BlockedAsync(admin) == 1, "it is sent and waited for again");
        send.IsCompleted.Should().BeFalse();

        replica.Thaw();
        (await send).Id.Should().Be(2);
        (await chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_cancelled_durable_send_ends_as_cancelled()
    {
        await using var primary = await StartPrimaryAsync();
        await using var replica = await StartReplicaAsync(primary);
        await using var store = Open(primary);
        await using var admin = await primary.ConnectAsync();
        var chat = new Chat(store);
        await chat.SendAsync("lobby", new NewMessage("alice", "warm up"), Durability.Replicated(1, Long), Cancelled);
        using var cancelled = new CancellationTokenSource();

        replica.Freeze();
        var send = chat.SendAsync("lobby", new NewMessage("alice", "hello"), Durability.Replicated(1, Long), cancelled.Token);
        await Poll.UntilAsync(async () => await BlockedAsync(admin) == 1, "the wait has begun");
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send);
        replica.Thaw();
    }

    private static async Task ExpectRefusalAsync(Chat chat, Durability durability, string reason)
    {
        var send = () => chat.SendAsync("lobby", new NewMessage("alice", "hello"), durability, Cancelled);
        var error = (await send.Should().ThrowAsync<ChatServerException>()).Which;
        error.Message.Should().Contain(reason);
        error.Room.Should().Be("lobby");
        (await chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Should().BeEmpty();
    }

    private static RedisMessageStore Open(RedisProcess server) => new(ConfigurationOptions.Parse(server.Configuration));

    private static Task<RedisProcess> StartPrimaryAsync(string? program = null) =>
        RedisProcess.StartAsync(new RedisSetup { Program = program, Arguments = ["--repl-diskless-sync-delay", "0"] });

    private static async Task<RedisProcess> StartReplicaAsync(RedisProcess primary, string? program = null)
    {
        var setup = new RedisSetup { Program = program, Arguments = ["--replicaof", $"127.0.0.1 {primary.Port}"] };
        var replica = await RedisProcess.StartAsync(setup);
        await Poll.UntilAsync(async () => (await replica.AskAsync("ROLE"))[3] == "connected", "the replica is connected");
        return replica;
    }

    private static async Task<int> BlockedAsync(ConnectionMultiplexer admin) => (int)await NumberAsync(admin, "clients", "blocked_clients", ":");

    private static Task<long> WaitsAsync(ConnectionMultiplexer admin) => NumberAsync(admin, "commandstats", "cmdstat_wait", "calls=");

    private static async Task<long> NumberAsync(ConnectionMultiplexer admin, string section, string field, string before)
    {
        var info = await admin.GetServers()[0].InfoRawAsync(section) ?? "";
        var line = info.Split('\n').First(line => line.StartsWith(field, StringComparison.Ordinal));
        var digits = line[(line.IndexOf(before, StringComparison.Ordinal) + before.Length)..].TakeWhile(char.IsAsciiDigit);
        return long.Parse(string.Concat(digits), null);
    }
}
