using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>How many commands it takes to read and to change sealed messages.</summary>
public sealed class SealedRoundTripTests(TestServer server) : RoundTripTestBase(server)
{
    private static readonly string[] Sealed = ["HGET", "HGET"];

    [Fact]
    public async Task Sealed_messages_are_read_in_as_many_round_trips_as_open_ones()
    {
        var open = await NewChatAsync(sealAfter: null);
        await open.SendAsync("lobby", "carol", "hello", Cancelled);
        await FillAsync(open, 500);
        var position = (await open.ReceiveAsync("lobby", null, Cancelled)).Position;
        await open.EditAsync("lobby", 10, "alice", "edited", Cancelled);
        var before = await ReadAllWaysAsync(open, position);

        await NewChatAsync(sealAfter: 1);
        Stores[^1].Seal("lobby");
        await Stores[^1].SealedAsync();
        (await Server.Connection.GetDatabase().HashLengthAsync($"{Prefix}:{{lobby}}:sealed")).Should().Be(3);

        (await ReadAllWaysAsync(open, position)).Should().Equal(before);
    }

    [Fact]
    public async Task A_bucket_sealed_earlier_than_this_process_expects_costs_one_more_round_trip()
    {
        var chat = await NewChatAsync();
        await FillAsync(chat, 200);
        await FillAsync(await NewChatAsync(sealAfter: 1), 60);
        await chat.ReceiveAsync("lobby", null, Cancelled);

        var page = await Proxy.StepAsync(() => chat.ReceiveAsync("lobby", new MessageQuery { Before = 200 }, Cancelled), ["HMGET", "HMGET"], ["HMGET"]);

        page.Messages.Should().HaveCount(50);
    }

    [Fact]
    public async Task Editing_or_deleting_a_sealed_message_takes_one_more_command_but_no_more_round_trips()
    {
        var chat = await NewChatAsync(sealAfter: 1);
        await FillAsync(chat, 300);

        await Proxy.StepAsync(() => chat.EditAsync("lobby", 1, "alice", "changed", Cancelled), ["HGET", "HGET"], Script);
        await Proxy.StepAsync(() => chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled), ["HGET", "HGET"], Script);
    }

    [Fact]
    public async Task After_the_servers_clock_was_ahead_an_edit_of_a_sealed_message_takes_at_most_one_more_script()
    {
        var ahead = DateTimeOffset.UtcNow.AddHours(5).ToUnixTimeMilliseconds() * 1000;
        await FillAsync(await NewChatAsync(sealAfter: null), 300);
        var redis = Server.Connection.GetDatabase();
        string room = $"{Prefix}:{{lobby}}", bucket = $"{room}:m:0";
        await redis.HashSetAsync(bucket, [new(5, Sent(ahead + 1)), new(6, Sent(ahead + 1_000_000_000))]);
        await FillAsync(await NewChatAsync(sealAfter: 1), 1);
        Stores[^1].Seal("lobby");
        await Stores[^1].SealedAsync();
        (await redis.KeyExistsAsync(bucket)).Should().BeFalse();

        // First only the messages are ahead of the clock; then the revisions are, too; then a fail-over loses history that the client knows.
        var chat = await NewChatAsync(sealAfter: 1);
        await Proxy.StepAsync(() => chat.EditAsync("lobby", 5, "alice", "1", Cancelled), Sealed, Script);
        await Proxy.StepAsync(() => chat.EditAsync("lobby", 6, "alice", "2", Cancelled), Sealed, Script);
        await redis.HashSetAsync(room, "rev", ahead);
        await Proxy.StepAsync(() => chat.EditAsync("lobby", 5, "alice", "3", Cancelled), Sealed, Script, Script);
        var fourth = await Proxy.StepAsync(() => chat.EditAsync("lobby", 5, "alice", "4", Cancelled), Sealed, Script);
        var fresh = await NewChatAsync(sealAfter: 1);
        var fifth = await Proxy.StepAsync(() => fresh.EditAsync("lobby", 6, "alice", "5", Cancelled), Sealed, Script, Script);
        await redis.HashSetAsync(room, "rev", 1000);
        var sixth = await Proxy.StepAsync(() => fresh.EditAsync("lobby", 6, "alice", "6", Cancelled), Sealed, Script, Script);

        fourth!.EditedAt.Should().BeAfter(DateTimeOffset.UtcNow.AddHours(4));
        fifth!.EditedAt.Should().BeAfter(fourth.EditedAt!.Value).And.BeBefore(DateTimeOffset.UtcNow.AddHours(6));
        sixth!.EditedAt.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
        (await fresh.GetAsync("lobby", 6, Cancelled)).Should().Be(sixth);

        static RedisValue Sent(long time) => $$"""{"t":{{time}},"u":"alice","c":"hello"}""";
    }

    [Fact]
    public async Task A_client_whose_clock_is_wrong_edits_a_sealed_message_with_one_more_script()
    {
        await FillAsync(await NewChatAsync(sealAfter: 1), 300);
        var chat = await NewChatAsync(new WrongClock(), sealAfter: 1);

        var edited = await Proxy.StepAsync(() => chat.EditAsync("lobby", 5, "alice", "1", Cancelled), Sealed, Script, Script);

        edited!.EditedAt.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
    }

    /// <summary>Reads old messages in every possible way and counts. Each reading includes the texts it read.</summary>
    private async Task<List<string>> ReadAllWaysAsync(Chat chat, RoomPosition position)
    {
        string[] page = ["HMGET", "HMGET", "HMGET"];
        var before = await Proxy.StepAsync(() => chat.ReceiveAsync("lobby", new MessageQuery { Before = 100 }, Cancelled), page);
        var around = await Proxy.StepAsync(() => chat.ReceiveAsync("lobby", new MessageQuery { Around = 200 }, Cancelled), page);
        var across = await Proxy.StepAsync(() => chat.ReceiveAsync("lobby", new MessageQuery { After = 100, Limit = 200 }, Cancelled), ["HMGET", "HMGET", .. page]);
        var user = await Proxy.StepAsync(
            () => chat.ReceiveAsync("lobby", new MessageQuery { User = "carol" }, Cancelled), ["HMGET", "STRLEN", "GETRANGE", "STRLEN"], ["HMGET", "HMGET"]);
        var one = await Proxy.StepAsync(() => chat.GetAsync("lobby", 10, Cancelled), ["HGET", "HGET"]);
        var changes = await Proxy.StepAsync(
            () => chat.ReadChangesAsync("lobby", position, 1, Cancelled), ["HMGET", "ZRANGEBYSCORE"], ["HMGET", "HMGET"]);
        return
        [
            .. before.Messages.Concat(around.Messages).Concat(across.Messages).Concat(user.Messages).Append(one!).Select(message => $"{message.Id} {message.Text}"),
            .. changes.Events.Select(happened => $"{((RoomEvent.Edited)happened).Message}"),
        ];
    }
}
