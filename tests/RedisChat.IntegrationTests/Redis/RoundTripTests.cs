using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>How many commands sending, reading and changing messages takes, and how many of them wait for another's answer.</summary>
public sealed class RoundTripTests(TestServer server) : RoundTripTestBase(server)
{
    [Fact]
    public async Task A_send_is_one_command_in_a_new_room_and_in_a_known_one()
    {
        var chat = await NewChatAsync();

        await Proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "one", Cancelled), Script);
        await Proxy.StepAsync(() => chat.SendAsync("lobby", "bob", "two", Cancelled), Script);
    }

    [Fact]
    public async Task A_batch_is_one_command_even_across_buckets_and_authors()
    {
        var chat = await NewChatAsync();
        await FillAsync(chat, 100);
        var batch = Enumerable.Range(0, 128).Select(n => new NewMessage($"user{n}", "hello")).ToList();

        await Proxy.StepAsync(() => chat.SendManyAsync("lobby", batch, Cancelled), Script);
    }

    [Fact]
    public async Task The_first_send_of_a_process_into_an_old_room_takes_a_second_command()
    {
        await FillAsync(await NewChatAsync(), 300);
        var chat = await NewChatAsync();

        await Proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "one", Cancelled), Script, Script);
        await Proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "two", Cancelled), Script);
    }

    [Fact]
    public async Task A_process_whose_clock_is_off_by_hours_pays_once()
    {
        var chat = await NewChatAsync(new WrongClock());

        await Proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "one", Cancelled), Script, Script);
        await Proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "two", Cancelled), Script);
    }

    [Fact]
    public async Task Finding_out_whether_a_message_was_sent_is_one_command_and_two_with_a_clock_that_is_off()
    {
        var message = new NewMessage("alice", "one") { IdempotencyKey = "key" };
        var chat = await NewChatAsync();
        await chat.FindSentAsync("warm up", message, Cancelled);
        var sent = await chat.SendAsync("lobby", message, Cancelled);

        await Proxy.StepAsync(() => chat.FindSentAsync("lobby", message, Cancelled), Script);
        await Proxy.StepAsync(() => chat.FindSentAsync("nowhere", message, Cancelled), Script);
        var other = await NewChatAsync(new WrongClock());
        MessageReceipt? found = null;
        await Proxy.StepAsync(async () => found = await other.FindSentAsync("lobby", message, Cancelled), Script, Script);
        await Proxy.StepAsync(() => other.FindSentAsync("lobby", message, Cancelled), Script);
        found.Should().Be(sent with { IsDuplicate = true });
    }

    [Fact]
    public async Task The_newest_page_is_one_round_trip_when_the_last_id_is_known_and_two_when_not()
    {
        await FillAsync(await NewChatAsync(), 150);
        var chat = await NewChatAsync();

        var first = await Proxy.StepAsync(() => chat.ReceiveAsync("lobby", null, Cancelled), ["HMGET"], ["HMGET", "HMGET"]);
        var second = await Proxy.StepAsync(() => chat.ReceiveAsync("lobby", null, Cancelled), ["HMGET", "HMGET", "HMGET"]);

        first.Messages.Should().HaveCount(50);
        second.Messages.Should().Equal(first.Messages);
    }

    [Fact]
    public async Task A_newest_page_after_sends_by_others_is_two_round_trips()
    {
        var chat = await NewChatAsync();
        await FillAsync(chat, 20);
        await FillAsync(await NewChatAsync(), 20);

        await Proxy.StepAsync(() => chat.ReceiveAsync("lobby", null, Cancelled), ["HMGET", "HMGET"], ["HMGET"]);
    }

    [Fact]
    public async Task The_newest_page_of_a_watched_room_is_one_round_trip_even_after_sends_by_others()
    {
        var chat = await NewChatAsync();
        await FillAsync(chat, 20);
        await using var log = new WatchLog(chat.WatchAsync("lobby"));
        await log.CaughtUpAsync();
        await FillAsync(await NewChatAsync(), 20);
        await log.UntilAsync(watched => watched.CreatedIds.Contains(40));

        var page = await Proxy.StepAsync(() => chat.ReceiveAsync("lobby", new MessageQuery { Limit = 20 }, Cancelled), [["HMGET", "HMGET"]]);

        page.Messages[^1].Id.Should().Be(40);
    }

    [Fact]
    public async Task A_page_before_after_or_around_a_message_is_one_round_trip()
    {
        await FillAsync(await NewChatAsync(), 300);
        var chat = await NewChatAsync();

        foreach (var query in new MessageQuery[] { new() { Before = 100 }, new() { After = 30 }, new() { Around = 60 } })
        {
            // The third command asks for sealed buckets; once the last id is known, only if one may be sealed.
            var page = await Proxy.StepAsync(() => chat.ReceiveAsync("lobby", query, Cancelled), ["HMGET", "HMGET", "HMGET"]);
            page.Messages.Should().HaveCount(50);
            chat = await NewChatAsync();
        }
    }

    [Fact]
    public async Task A_page_of_one_users_newest_messages_is_two_round_trips()
    {
        await FillAsync(await NewChatAsync(), 100);
        var chat = await NewChatAsync();

        await Proxy.StepAsync(
            () => chat.ReceiveAsync("lobby", new MessageQuery { User = "alice", Limit = 20 }, Cancelled),
            ["HMGET", "STRLEN", "GETRANGE", "STRLEN"],
            ["HMGET"]);
    }

    [Fact]
    public async Task An_edit_and_a_deletion_each_take_one_command_to_read_and_one_to_change()
    {
        var chat = await NewChatAsync();
        await FillAsync(chat, 2);

        await Proxy.StepAsync(() => chat.EditAsync("lobby", 1, "alice", "changed", Cancelled), ["HGET"], Script);
        await Proxy.StepAsync(() => chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled), ["HGET"], Script);
    }
}
