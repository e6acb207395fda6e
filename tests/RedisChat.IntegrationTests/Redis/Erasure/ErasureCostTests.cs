using System.Globalization;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Erasure;

/// <summary>How many commands an erasure takes.</summary>
public sealed class ErasureCostTests
{
    private const int Rooms = 500;
    private const int Messages = 4;
    private const string Revocations = "chatroom:{user:%}:changed";

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
        report.Passes.Should().Be(2, "one erases, and one finds nothing");
        var sent = commands.Where(line => !line.Contains(" lua]", StringComparison.Ordinal)).ToList();
        var byName = sent.GroupBy(line => line.Split('"')[1]).OrderByDescending(name => name.Count()).Select(name => $"{name.Key} {name.Count()}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{mode}: {sent.Count} commands from clients ({string.Join(", ", byName)}), and {commands.Count - sent.Count} in scripts.");
        sent.Count.Should().BeLessThanOrEqualTo(3 * Rooms * Messages);
    }

    [Fact]
    public async Task A_first_pass_that_takes_longer_than_its_own_revocation_must_stay_needs_no_further_pass()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection, new RedisStoreOptions { LiveProbeInterval = TimeSpan.FromSeconds(10) });
        var chat = new Chat(store);
        foreach (var room in new[] { "one", "two" })
        {
            await chat.SendAsync(room, "alice", "hello", Cancelled);
        }

        var report = await chat.User("alice").EraseAsync(progress: new AtTheEndOfTheFirstPass(() => AgeRevocation(connection.GetDatabase())), cancellationToken: Cancelled);

        report.Passes.Should().Be(2);
        report.Findings!.Remaining.Should().BeEmpty();
        RevocationIn(connection.GetDatabase()).Should().EndWith(":o:" + EscapedId.Word(report.Alias!));
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

    /// <summary>Makes the revocation as old as if the pass had taken an hour.</summary>
    private static void AgeRevocation(IDatabase redis)
    {
        var entry = RevocationIn(redis);
        var revision = long.Parse(entry.Split(':')[0], CultureInfo.InvariantCulture) - 3_600_000_000;
        redis.SortedSetRemove(Revocations, entry);
        redis.SortedSetAdd(Revocations, $"{revision}{entry[entry.IndexOf(':', StringComparison.Ordinal)..]}", revision);
    }

    private static string RevocationIn(IDatabase redis) => redis.SortedSetRangeByRank(Revocations).Select(entry => (string)entry!).Single(entry => entry.Contains(":o:", StringComparison.Ordinal));

    private sealed class AtTheEndOfTheFirstPass(Action act) : IProgress<ErasureProgress>
    {
        public void Report(ErasureProgress value)
        {
            if (value is { Pass: 1 } && value.RoomsDone == value.RoomsTotal)
            {
                act();
            }
        }
    }
}
