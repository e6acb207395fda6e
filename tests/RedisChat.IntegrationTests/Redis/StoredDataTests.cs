using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Redis holds the data that docs/keys.md describes; anything else there is handled safely.</summary>
public sealed class StoredDataTests
{
    private const string Room = "lobby";

    private readonly TestServer _server;
    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private readonly IDatabase _redis;
    private readonly Chat _chat;

    public StoredDataTests(TestServer server)
    {
        _server = server;
        _redis = server.Connection.GetDatabase();
        _chat = new Chat(new RedisMessageStore(server.ChatConnection, new RedisStoreOptions { KeyPrefix = _prefix }));
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Key(string part = "") => $"{_prefix}:{{{Room}}}{part}";

    private async Task<string> SentKeyAsync()
    {
        var seconds = (long)(await _server.Connection.GetServers()[0].TimeAsync() - DateTime.UnixEpoch).TotalSeconds;
        return Key($":sent:{seconds / 600}");
    }

    [Fact]
    public async Task A_room_is_stored_as_documented()
    {
        var sent = await SentKeyAsync();
        var receipt = await _chat.SendAsync(Room, new NewMessage("alice", "héllo 🎈 \"you\"\n") { IdempotencyKey = "key" }, Cancelled);
        await _chat.SendAsync(Room, "bob", "two", Cancelled);
        await _chat.SendAsync(Room, "alice", "three", Cancelled);
        var edited = await _chat.EditAsync(Room, 2, "bob", "TWO", Cancelled);
        await _chat.DeleteAsync(Room, 3, "alice", cancellationToken: Cancelled);

        var position = (await _chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Position;
        (await _redis.HashGetAllAsync(Key())).ToStringDictionary().Should().BeEquivalentTo(new Dictionary<string, string>
        {
            ["epoch"] = position.Epoch.ToString("x"),
            ["last"] = "3",
            ["at"] = $"{position.Stamp}",
            ["rev"] = $"{position.Revision}",
            ["deleted"] = "1",
        });
        (await _redis.HashGetAllAsync(Key(":m:0"))).ToStringDictionary().Should().BeEquivalentTo(new Dictionary<string, string>
        {
            ["1"] = $$"""{"t":{{receipt.Position.Stamp}},"u":"alice","c":"héllo 🎈 \"you\"\n","k":"key"}""",
            ["2"] = $$"""{"t":{{Micros(edited!.Timestamp)}},"u":"bob","c":"TWO","v":2,"e":{{Micros(edited.EditedAt!.Value)}}}""",
        });
        ((string?)await _redis.StringGetAsync(Key(":u:alice"))).Should().Be("1,3,");
        ((string?)await _redis.StringGetAsync(Key(":u:bob"))).Should().Be("2,");
        (await _redis.SortedSetRangeByRankWithScoresAsync(Key(":changed"))).Select(entry => $"{entry.Score:f0} {entry.Element}").Should().Equal(
            "0 0",
            $"{Micros(edited.EditedAt.Value)} {Micros(edited.EditedAt.Value)}:e:2",
            $"{position.Revision} {position.Revision}:d:3:{position.Stamp}:{{\"u\":\"alice\"}}");

        var sentKey = await _redis.KeyExistsAsync(sent) ? sent : await SentKeyAsync();
        ((string?)await _redis.HashGetAsync(sentKey, "alice\nkey")).Should().MatchRegex($"^1:{receipt.Position.Stamp}:[0-9a-f]+$");
        (await _redis.KeyTimeToLiveAsync(sentKey)).Should().BeGreaterThan(TimeSpan.FromMinutes(10)).And.BeLessThanOrEqualTo(TimeSpan.FromMinutes(20));
    }

    [Fact]
    public async Task A_repetition_is_recognized_in_the_next_time_window()
    {
        var message = new NewMessage("alice", "hello") { IdempotencyKey = "key" };
        await _chat.SendAsync(Room, message, Cancelled);

        // As if a window had passed: this window's keys are now the previous window's.
        var now = await SentKeyAsync();
        var number = long.Parse(now[(now.LastIndexOf(':') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
        await _redis.KeyRenameAsync(now, Key($":sent:{number - 1}"));

        (await _chat.SendAsync(Room, message, Cancelled)).IsDuplicate.Should().BeTrue();
    }

    [Fact]
    public async Task Properties_of_a_later_version_survive_an_edit()
    {
        await _chat.SendAsync(Room, "alice", "hello", Cancelled);
        await _redis.HashSetAsync(Key(":m:0"), 1, """{"t":5,"y":{"deep":[1,2.50]},"u":"alice","c":"hello","r":17,"m":{"a":"1"}}""");

        await _chat.EditAsync(Room, 1, "alice", "hi", Cancelled);

        ((string?)await _redis.HashGetAsync(Key(":m:0"), 1)).Should()
            .MatchRegex("""^\{"t":5,"y":\{"deep":\[1,2\.50\]\},"u":"alice","c":"hi","r":17,"m":\{"a":"1"\},"v":2,"e":\d{16}\}$""");
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"t":1,"u":"alice"}""")]
    [InlineData("""{"t":-1,"u":"alice","c":"x"}""")]
    [InlineData("""{"t":99999999999999999999,"u":"alice","c":"x"}""")]
    [InlineData("""{"t":"1","u":"alice","c":"x"}""")]
    [InlineData("""{"t":1,"u":["alice"],"c":"x"}""")]
    [InlineData("""{"t":1,"u":"alice","c":null}""")]
    [InlineData("""{"t":1,"u":"alice","c":"\ud800"}""")]
    [InlineData("""{"t":1,"u":"alice","c":"x"} {"more":1}""")]
    public async Task A_value_that_is_not_a_message_is_reported_and_does_not_fail_the_page(string value)
    {
        await _chat.SendManyAsync(Room, [new("alice", "one"), new("alice", "two"), new("alice", "three")], Cancelled);
        await _redis.HashSetAsync(Key(":m:0"), 2, value);

        var page = await _chat.ReceiveAsync(Room, cancellationToken: Cancelled);

        page.Messages.Select(message => message.Text).Should().Equal("one", "three");
        var unreadable = page.Unreadable.Should().ContainSingle().Which;
        (unreadable.Id, unreadable.Key, unreadable.Field).Should().Be((2, Key(":m:0"), "2"));
        (await Assert.ThrowsAsync<ChatDataException>(() => _chat.GetAsync(Room, 2, Cancelled))).Field.Should().Be("2");
        await Assert.ThrowsAsync<ChatDataException>(() => _chat.EditAsync(Room, 2, "alice", "x", Cancelled));
        await Assert.ThrowsAsync<ChatDataException>(() => _chat.DeleteAsync(Room, 2, "alice", cancellationToken: Cancelled));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":m:0")]
    [InlineData(":m:1")]
    [InlineData(":u:bob")]
    [InlineData(":sent")]
    public async Task A_key_of_another_type_fails_the_send_and_nothing_is_written(string part)
    {
        await _chat.SendManyAsync(Room, [.. Enumerable.Repeat(new NewMessage("alice", "before"), 126)], Cancelled);
        var key = part == ":sent" ? await SentKeyAsync() : Key(part);
        await _redis.KeyDeleteAsync(key);
        await _redis.ListLeftPushAsync(key, "a list");
        var before = await DumpAsync();

        var send = () => _chat.SendManyAsync(Room, [new("alice", "1"), new("bob", "2"), new("carol", "3"), new("alice", "4")], Cancelled);

        (await send.Should().ThrowAsync<ChatDataException>()).Which.Room.Should().Be(Room);
        (await DumpAsync()).Should().BeEquivalentTo(before);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":m:0")]
    [InlineData(":u:alice")]
    [InlineData(":sent")]
    public async Task A_key_of_another_type_fails_a_single_send_and_nothing_is_written(string part)
    {
        await _chat.SendManyAsync(Room, [new("alice", "before"), new("bob", "before")], Cancelled);
        var key = part == ":sent" ? await SentKeyAsync() : Key(part);
        await _redis.KeyDeleteAsync(key);
        await _redis.ListLeftPushAsync(key, "a list");
        var before = await DumpAsync();

        (await Assert.ThrowsAsync<ChatDataException>(() => _chat.SendAsync(Room, "alice", "more", Cancelled))).Room.Should().Be(Room);
        (await DumpAsync()).Should().BeEquivalentTo(before);
    }

    [Fact]
    public async Task A_change_log_of_another_type_fails_the_change_and_nothing_is_written()
    {
        await _chat.SendAsync(Room, "alice", "hello", Cancelled);
        await _redis.StringSetAsync(Key(":changed"), "a string");
        var before = await DumpAsync();

        await Assert.ThrowsAsync<ChatDataException>(() => _chat.EditAsync(Room, 1, "alice", "hi", Cancelled));
        await Assert.ThrowsAsync<ChatDataException>(() => _chat.DeleteAsync(Room, 1, "alice", cancellationToken: Cancelled));

        (await DumpAsync()).Should().BeEquivalentTo(before);
    }

    [Theory]
    [InlineData("last", "many")]
    [InlineData("rev", "new")]
    [InlineData("epoch", "stone age")]
    [InlineData("epoch", "11112222333344445")]
    [InlineData("epoch", "0")]
    [InlineData("epoch", "ABC")]
    [InlineData("last", "-5")]
    [InlineData("last", "nan")]
    [InlineData("last", "+1")]
    [InlineData("last", "0x10")]
    [InlineData("at", "now")]
    [InlineData("rev", "7999273196133939117")]
    public async Task Counters_that_are_not_numbers_fail_the_send_and_nothing_is_written(string field, string value)
    {
        await _chat.SendAsync(Room, "alice", "hello", Cancelled);
        await _redis.HashSetAsync(Key(), field, value);
        var before = await DumpAsync();

        await Assert.ThrowsAsync<ChatDataException>(() => _chat.SendAsync(Room, "alice", "more", Cancelled));
        (await DumpAsync()).Should().BeEquivalentTo(before);
        await Assert.ThrowsAsync<ChatDataException>(() => _chat.EditAsync(Room, 1, "alice", "changed", Cancelled));
        (await DumpAsync()).Should().BeEquivalentTo(before);
        (await Assert.ThrowsAsync<ChatDataException>(() => _chat.ReceiveAsync(Room, cancellationToken: Cancelled))).Field.Should().Be(field);
    }

    [Theory]
    [InlineData("epoch")]
    [InlineData("last")]
    public async Task A_room_that_lost_one_of_its_fields_fails_the_send_and_nothing_is_written(string field)
    {
        await _chat.SendAsync(Room, "alice", "hello", Cancelled);
        await _redis.HashDeleteAsync(Key(), field);
        var before = await DumpAsync();

        await Assert.ThrowsAsync<ChatDataException>(() => _chat.SendAsync(Room, "alice", "more", Cancelled));
        (await DumpAsync()).Should().BeEquivalentTo(before);
        (await Assert.ThrowsAsync<ChatDataException>(() => _chat.ReceiveAsync(Room, cancellationToken: Cancelled))).Field.Should().Be(field);
    }

    [Fact]
    public async Task Messages_above_the_last_id_are_not_overwritten()
    {
        await _chat.SendManyAsync(Room, [new("alice", "one"), new("alice", "two")], Cancelled);
        await _redis.HashSetAsync(Key(), "last", 1);
        var before = await DumpAsync();

        await Assert.ThrowsAsync<ChatDataException>(() => _chat.SendAsync(Room, "alice", "another two", Cancelled));
        (await DumpAsync()).Should().BeEquivalentTo(before);
    }

    [Theory]
    [InlineData("x:1")]
    [InlineData("1:179c54")]
    [InlineData("99999999999999999999:1")]
    [InlineData("")]
    public async Task An_invalid_receipt_fails_the_send_and_nothing_is_written(string idAndTime)
    {
        var message = new NewMessage("alice", "hello") { IdempotencyKey = "key" };
        await _chat.SendAsync(Room, message, Cancelled);
        var sent = await SentKeyAsync();
        var digest = ((string?)await _redis.HashGetAsync(sent, "alice\nkey"))!.Split(':')[2];
        await _redis.HashSetAsync(sent, "alice\nkey", $"{idAndTime}:{digest}");
        var before = await DumpAsync();

        await Assert.ThrowsAsync<ChatDataException>(() => _chat.SendManyAsync(Room, [new("bob", "new"), message], Cancelled));
        (await DumpAsync()).Should().BeEquivalentTo(before);
    }

    [Theory]
    [InlineData("1,two,3,")]
    [InlineData("1,3")]
    [InlineData("3,1,")]
    [InlineData("1,1,")]
    [InlineData(",,,,")]
    [InlineData("111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111")]
    public async Task An_invalid_user_list_is_reported(string list)
    {
        await _chat.SendManyAsync(Room, [new("alice", "1"), new("bob", "2"), new("alice", "3")], Cancelled);
        await _redis.StringSetAsync(Key(":u:alice"), list);

        var error = await Assert.ThrowsAsync<ChatDataException>(
            () => _chat.ReceiveAsync(Room, new MessageQuery { User = "alice", Limit = 1 }, Cancelled));
        error.Key.Should().Be(Key(":u:alice"));
    }

    [Fact]
    public async Task The_last_message_id_ends_the_room_with_a_clear_error()
    {
        await _chat.SendAsync(Room, "alice", "hello", Cancelled);
        await _redis.HashSetAsync(Key(), "last", ChatLimits.MaxMessageId - 1);

        (await _chat.SendAsync(Room, "alice", "the last", Cancelled)).Id.Should().Be(ChatLimits.MaxMessageId);
        var error = await Assert.ThrowsAsync<ChatException>(() => _chat.SendAsync(Room, "alice", "one too many", Cancelled));

        error.Message.Should().Contain("another room");
        (await _chat.GetAsync(Room, ChatLimits.MaxMessageId, Cancelled))!.Text.Should().Be("the last");
    }

    [Fact]
    public async Task A_long_user_list_is_searched_by_bisection()
    {
        for (var i = 0; i < 40; i++)
        {
            await _chat.SendManyAsync(Room, [.. Enumerable.Range(0, 100).Select(n => new NewMessage(n % 10 == 0 ? "bob" : "alice", "x"))], Cancelled);
        }

        foreach (var pivot in new long[] { 1, 2, 11, 777, 1998, 2001, 3333, 3990, 3999, 4000 })
        {
            var expected = Enumerable.Range(1, 4000).Where(id => id % 10 != 1).Select(id => (long)id).ToList();
            var before = await _chat.ReceiveAsync(Room, new MessageQuery { User = "alice", Before = pivot, Limit = 5 }, Cancelled);
            var after = await _chat.ReceiveAsync(Room, new MessageQuery { User = "alice", After = pivot, Limit = 5 }, Cancelled);
            before.Messages.Select(message => message.Id).Should().Equal(expected.Where(id => id < pivot).TakeLast(5));
            after.Messages.Select(message => message.Id).Should().Equal(expected.Where(id => id > pivot).Take(5));
        }
    }

    [Fact]
    public async Task The_change_log_is_bounded()
    {
        var chat = new Chat(new RedisMessageStore(_server.ChatConnection, new RedisStoreOptions { KeyPrefix = _prefix, ChangeLogLength = 100 }));
        await chat.SendAsync(Room, "alice", "0", Cancelled);
        for (var i = 1; i <= 120; i++)
        {
            await chat.EditAsync(Room, 1, "alice", $"{i}", Cancelled);
        }

        (await _redis.SortedSetLengthAsync(Key(":changed"))).Should().Be(100);
    }

    [Fact]
    public async Task When_memory_is_full_a_send_says_so_and_writes_nothing_but_reads_and_deletions_work()
    {
        await using var redis = await RedisProcess.StartAsync("--maxmemory-policy", "noeviction");
        await using var connection = await redis.ConnectAsync();
        var chat = new Chat(new RedisMessageStore(connection));
        await chat.SendAsync(Room, "alice", "hello", Cancelled);
        await connection.GetServers()[0].ConfigSetAsync("maxmemory", "1");

        var error = await Assert.ThrowsAsync<ChatStoreFullException>(() => chat.SendAsync(Room, "alice", "more", Cancelled));
        error.Message.Should().Contain("maxmemory");
        await Assert.ThrowsAsync<ChatStoreFullException>(() => chat.EditAsync(Room, 1, "alice", "more", Cancelled));
        (await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Messages.Should().ContainSingle().Which.Text.Should().Be("hello");
        (await chat.DeleteAsync(Room, 1, "alice", cancellationToken: Cancelled)).Should().BeTrue();

        await connection.GetServers()[0].ConfigSetAsync("maxmemory", "0");
        (await chat.SendAsync(Room, "alice", "again", Cancelled)).Id.Should().Be(2);
    }

    private static long Micros(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Everything stored for the room.</summary>
    private async Task<Dictionary<string, string>> DumpAsync()
    {
        var dump = new Dictionary<string, string>();
        string[] keys = [Key(), Key(":m:0"), Key(":m:1"), Key(":u:alice"), Key(":u:bob"), Key(":u:carol"), Key(":changed"), await SentKeyAsync()];
        foreach (var key in keys)
        {
            dump[key] = await _redis.KeyTypeAsync(key) switch
            {
                RedisType.Hash => string.Join(' ', (await _redis.HashGetAllAsync(key)).Select(entry => entry.ToString()).Order()),
                RedisType.SortedSet => string.Join(' ', await _redis.SortedSetRangeByRankAsync(key)),
                RedisType.String => (await _redis.StringGetAsync(key)).ToString(),
                RedisType.List => "list " + string.Join(' ', await _redis.ListRangeAsync(key)),
                var other => other.ToString(),
            };
        }

        return dump;
    }
}
