using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>What an application sees during an outage of Redis, and after it.</summary>
public sealed class AvailabilityTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_Redis_is_down_a_send_fails_within_its_deadline_and_works_again_afterwards()
    {
        await using var redis = await RedisProcess.StartAsync();
        using var host = StartHost(redis, TimeSpan.FromSeconds(2));
        var chat = host.Services.GetRequiredService<Chat>();
        var patient = new Chat(chat.Store);
        await patient.SendAsync("lobby", "alice", "before", Cancelled);

        // The read finds the connection gone; a send over it could not know whether it has arrived.
        await redis.KillAsync();
        await Assert.ThrowsAsync<ChatUnavailableException>(() => chat.ReceiveAsync("lobby", cancellationToken: Cancelled));
        var watch = Stopwatch.StartNew();
        var send = () => chat.SendAsync("lobby", "alice", "while down", Cancelled);
        var error = (await send.Should().ThrowAsync<ChatUnavailableException>()).Which;
        watch.Elapsed.Should().BeGreaterThan(TimeSpan.FromSeconds(1.5)).And.BeLessThan(TimeSpan.FromSeconds(20));
        error.Room.Should().Be("lobby");
        error.Operation.Should().Be(ChatOperations.Send);
        error.MayHaveHappened.Should().BeFalse();
        error.Message.Should().Contain("2 s");

        await redis.StartAgainAsync();
        await SendUntilItWorksAsync(chat);
        (await patient.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Select(message => message.Text).Should().Equal("after");
    }

    [Fact]
    public async Task A_host_starts_while_Redis_is_down_and_works_once_it_is_up()
    {
        await using var redis = await RedisProcess.StartAsync();
        await redis.KillAsync();
        using var host = StartHost(redis, TimeSpan.FromSeconds(1));
        var chat = host.Services.GetRequiredService<Chat>();

        var receive = () => chat.ReceiveAsync("lobby", cancellationToken: Cancelled);
        await receive.Should().ThrowAsync<ChatUnavailableException>();

        await redis.StartAgainAsync();
        await SendUntilItWorksAsync(chat);
    }

    [Fact]
    public async Task A_short_outage_of_Redis_goes_unnoticed()
    {
        await using var redis = await RedisProcess.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        using var host = StartHost(redis, TimeSpan.FromSeconds(60));
        var chat = host.Services.GetRequiredService<Chat>();
        await chat.SendAsync("lobby", "alice", "one", Cancelled);

        await redis.KillAsync();
        var send = chat.SendAsync("lobby", "alice", "two", Cancelled);
        await redis.StartAgainAsync();

        (await send).Id.Should().Be(2);
        (await chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Select(message => message.Text).Should().Equal("one", "two");
    }

    [Fact]
    public async Task A_send_into_a_frozen_Redis_may_have_happened_and_repeating_it_does_not_double_it()
    {
        await using var redis = await RedisProcess.StartAsync();
        using var host = StartHost(redis, TimeSpan.FromSeconds(1));
        var chat = host.Services.GetRequiredService<Chat>();
        var patient = new Chat(chat.Store);
        await patient.SendAsync("lobby", "alice", "before", Cancelled);
        var message = new NewMessage("alice", "into the cold") { IdempotencyKey = "key" };

        redis.Freeze();
        var send = () => chat.SendAsync("lobby", message, Cancelled);
        (await send.Should().ThrowAsync<ChatUnavailableException>()).Which.MayHaveHappened.Should().BeTrue();
        redis.Thaw();

        // It had been sent, so the server applies it as soon as it resumes.
        (await patient.SendAsync("lobby", message, Cancelled)).Id.Should().Be(2);
        (await patient.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Select(m => m.Text).Should().Equal("before", "into the cold");
    }

    [Fact]
    public async Task An_edit_that_could_not_even_read_the_message_did_not_happen()
    {
        await using var redis = await RedisProcess.StartAsync();
        using var host = StartHost(redis, TimeSpan.FromSeconds(1));
        var chat = host.Services.GetRequiredService<Chat>();
        var patient = new Chat(chat.Store);
        await patient.SendAsync("lobby", "alice", "before", Cancelled);

        redis.Freeze();
        var edit = () => chat.EditAsync("lobby", 1, "alice", "after", Cancelled);
        var error = (await edit.Should().ThrowAsync<ChatUnavailableException>()).Which;
        redis.Thaw();

        error.MayHaveHappened.Should().BeFalse();
        error.Room.Should().Be("lobby");
        (await patient.GetAsync("lobby", 1, Cancelled))!.Text.Should().Be("before");
    }

    [Fact]
    public async Task A_replica_that_lags_behind_is_not_read_when_the_primary_is_gone()
    {
        await using var primary = await RedisProcess.StartAsync();
        await using var replica = await RedisProcess.StartAsync("--replicaof", "127.0.0.1 1");
        await using var store = new RedisMessageStore(
            StackExchange.Redis.ConfigurationOptions.Parse($"{primary.Configuration},{replica.Configuration}"));
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(1) });
        await new Chat(store).SendAsync("lobby", "alice", "hello", Cancelled);

        await primary.KillAsync();

        await Assert.ThrowsAsync<ChatUnavailableException>(() => chat.ReceiveAsync("lobby", cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ChatUnavailableException>(() => chat.ReceiveAsync("lobby", new MessageQuery { User = "alice" }, Cancelled));
        await Assert.ThrowsAsync<ChatUnavailableException>(() => chat.GetAsync("lobby", 1, Cancelled));
        await Assert.ThrowsAsync<ChatUnavailableException>(() => chat.ReadChangesAsync("lobby", RoomPosition.Start, cancellationToken: Cancelled));
    }

    [Fact]
    public async Task A_cancelled_send_ends_at_once_even_while_Redis_is_frozen()
    {
        await using var redis = await RedisProcess.StartAsync();
        using var host = StartHost(redis, TimeSpan.FromSeconds(60));
        var chat = host.Services.GetRequiredService<Chat>();
        await chat.SendAsync("lobby", "alice", "before", Cancelled);
        using var cancelled = new CancellationTokenSource();

        redis.Freeze();
        var send = chat.SendAsync("lobby", "alice", "never mind", cancelled.Token);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send.WaitAsync(TimeSpan.FromSeconds(20), Cancelled));
        redis.Thaw();
    }

    [Fact]
    public async Task A_server_that_forgot_the_scripts_is_given_them_again()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        var chat = new Chat(new RedisMessageStore(connection));
        await chat.SendAsync("lobby", "alice", "one", Cancelled);

        await connection.GetServers()[0].ScriptFlushAsync();

        (await chat.SendAsync("lobby", "alice", "two", Cancelled)).Id.Should().Be(2);
    }

    private static IHost StartHost(RedisProcess redis, TimeSpan timeout)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddRedisChat(redis.Configuration).Configure(options => options.OperationTimeout = timeout);
        var host = builder.Build();
        host.Start();
        return host;
    }

    private static async Task SendUntilItWorksAsync(Chat chat)
    {
        // With a key, because on a slow machine an attempt may time out after it has been sent.
        var message = new NewMessage("alice", "after") { IdempotencyKey = "after" };
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await chat.SendAsync("lobby", message, Cancelled);
                return;
            }
            catch (ChatUnavailableException) when (attempt < 30)
            {
                // Each attempt waits for the connection until its own deadline.
            }
        }
    }
}
