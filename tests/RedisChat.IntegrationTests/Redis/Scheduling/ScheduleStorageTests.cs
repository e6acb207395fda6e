using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>What scheduled messages leave in Redis.</summary>
public sealed class ScheduleStorageTests
{
    private static readonly DateTimeOffset Later = DateTimeOffset.UtcNow.AddDays(1);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_scheduled_message_is_stored_as_documented_and_leaves_nothing_when_it_is_canceled()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection);
        var room = new Chat(store).Room("birthdays");

        var scheduled = await room.Schedule.AddAsync(new NewMessage("alice", "Happy birthday!") { ReplyTo = 7 }, Later, Cancelled);

        var database = connection.GetDatabase();
        var value = (string)(await database.HashGetAsync("chatroom:{birthdays}:scheduled:alice", scheduled.Id))!;
        var (member, score) = (await DueAsync(connection)).Single();
        var created = member.Split('\n')[0];
        value.Should().Be($$"""{"at":{{Micros.FromTime(scheduled.SendAt)}},"s":{{created}},"u":"alice","c":"Happy birthday!","r":7}""");
        member.Should().Be($"{created}\n{scheduled.Id}\nalice\nbirthdays");
        score.Should().Be(Micros.FromTime(scheduled.SendAt));
        (await room.Schedule.CancelAsync("alice", scheduled.Id, Cancelled)).Should().BeTrue();
        connection.GetServers()[0].Keys(pattern: "chatroom:{birthdays}*").Should().BeEmpty();
        (await DueAsync(connection)).Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_refused_or_scheduled_already_leaves_no_entry()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection);
        var room = new Chat(store).Room("lobby");
        var keyed = new NewMessage("alice", "once") { IdempotencyKey = "k" };
        await room.Schedule.AddAsync(keyed, Later, Cancelled);
        await room.Schedule.AddAsync(keyed, Later, Cancelled);
        for (var n = 1; n < ChatLimits.MaxScheduledMessages; n++)
        {
            await room.Schedule.AddAsync(new NewMessage("alice", $"{n}"), Later, Cancelled);
        }

        await Assert.ThrowsAsync<ChatLimitException>(() => room.Schedule.AddAsync(new NewMessage("alice", "one more"), Later, Cancelled));

        (await DueAsync(connection)).Should().HaveCount(ChatLimits.MaxScheduledMessages);
    }

    private static async Task<IReadOnlyList<(string Member, long Score)>> DueAsync(ConnectionMultiplexer connection)
    {
        var found = new List<(string, long)>();
        for (var part = 0; part < 16; part++)
        {
            var entries = await connection.GetDatabase().SortedSetRangeByRankWithScoresAsync($"chatroom:{{directory:{part}}}:due");
            found.AddRange(entries.Select(entry => ((string)entry.Element!, (long)entry.Score)));
        }

        return found;
    }
}
