using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Erasure;

/// <summary>How many commands an erasure takes.</summary>
public sealed class ErasureCostTests
{
    private const int Rooms = 500;
    private const int Messages = 4;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ErasureMode.Remove)]
    [InlineData(ErasureMode.Anonymize)]
    public async Task Two_thousand_messages_in_five_hundred_rooms_take_at_most_three_commands_each(ErasureMode mode)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection, new RedisStoreOptions { LiveProbeInterval = TimeSpan.FromMilliseconds(500) });
        var chat = new Chat(store);
        for (var room = 0; room < Rooms; room++)
        {
            await chat.SendManyAsync($"room {room}", [.. Enumerable.Range(0, 2 * Messages).Select(n => new NewMessage(n % 2 == 0 ? "alice" : "bob", "hello"))], Cancelled);
        }

        await using var monitor = await RedisMonitor.StartAsync(redis);
        var report = await chat.User("alice").EraseAsync(new ErasureOptions { Mode = mode }, cancellationToken: Cancelled);
        var commands = await monitor.StopAsync(connection);

        report.Messages.Should().Be(Rooms * Messages);
        report.Rooms.Should().BeGreaterThanOrEqualTo(Rooms);
        report.Findings!.IsClean.Should().BeTrue();
        var sent = commands.Where(line => !line.Contains(" lua]", StringComparison.Ordinal)).ToList();
        var byName = sent.GroupBy(line => line.Split('"')[1]).OrderByDescending(name => name.Count()).Select(name => $"{name.Key} {name.Count()}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{mode}: {sent.Count} commands from clients ({string.Join(", ", byName)}), and {commands.Count - sent.Count} in scripts.");
        sent.Count.Should().BeLessThanOrEqualTo(3 * Rooms * Messages);
    }

    [Fact]
    public async Task Rooms_that_do_not_concern_the_user_and_use_no_feature_take_no_command_but_those_of_the_proof()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection, new RedisStoreOptions { LiveProbeInterval = TimeSpan.FromMilliseconds(500) });
        var chat = new Chat(store);
        for (var room = 0; room < 50; room++)
        {
            await chat.SendAsync($"room {room}", "bob", "hello", Cancelled);
        }

        // What was sent is remembered for a while, and could be the user's.
        foreach (var key in connection.GetServers()[0].Keys(pattern: "*:sent:*").ToList())
        {
            await connection.GetDatabase().KeyDeleteAsync(key);
        }

        await using var monitor = await RedisMonitor.StartAsync(redis);
        await chat.User("alice").EraseAsync(new ErasureOptions { Verify = false }, cancellationToken: Cancelled);
        var commands = await monitor.StopAsync(connection);

        commands.Should().NotContain(line => line.Contains("{room ", StringComparison.Ordinal));
    }
}
