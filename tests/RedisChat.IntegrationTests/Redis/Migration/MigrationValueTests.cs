namespace RedisChat.IntegrationTests.Redis.Migration;

/// <summary>What other programs may have stored: it is copied as the classic store reads it, or counted.</summary>
public sealed class MigrationValueTests(TestServer server) : MigrationTestBase(server)
{
    private const string Text = "as it was";

    [Theory]
    [InlineData("no content", 1, 0)]
    [InlineData("no timestamp", 1, 0)]
    [InlineData("timestamp abc", 1, 0)]
    [InlineData("timestamp -1", 1, 0)]
    [InlineData("timestamp 1700000000.5", 1, 0)]
    [InlineData("timestamp 1700000000000", 1, 0)]
    [InlineData("timestamp 9999999999", 0, 0)]
    [InlineData("another type", 1, 0)]
    [InlineData("only in the author's hash", 1, 0)]
    [InlineData("empty text", 0, 0)]
    [InlineData("long text", 0, 0)]
    [InlineData("control characters", 0, 0)]
    [InlineData("not UTF-8", 0, 0)]
    [InlineData("user removed", 0, 1)]
    [InlineData("long user", 0, 0)]
    [InlineData("user of another type", 0, 1)]
    [InlineData("user named messages", 0, 0)]
    [InlineData("claimed by two users", 0, 0)]
    [InlineData("ids that are none", 0, 0)]
    [InlineData("ids above the counter", 0, 0)]
    public async Task What_is_odd_is_copied_or_counted(string what, long unreadable, long withoutAuthor)
    {
        await FillAsync(Lobby, 200);
        await Other.SendAsync(Lobby, "odd", Text);
        await Old.SendAsync(Lobby, "alice", "the last one", Cancelled);
        await BreakAsync(what);
        var classic = await DumpAsync(isDefault: false);

        var first = await MigrateAsync();
        first.Should().Match<MigratedRoom>(room => room.Unreadable == unreadable && room.WithoutAuthor == withoutAuthor && room.Messages == 202 - unreadable);
        first.UnreadableIds.Should().Equal(unreadable == 0 ? [] : [201L]);
        (await MigrateAsync(complete: true)).Should().Match<MigratedRoom>(room => room.Added == 0 && room.Changed == 0 && room.Unreadable == unreadable && room.WithoutAuthor == withoutAuthor);
        (await DumpAsync(isDefault: false)).Should().Equal(classic);
        if (what is "claimed by two users" or "another type" or "user of another type")
        {
            // The classic store names the one who sent last, and a migration always the same one; keys of another type it does not read at all.
            (await Chat.GetAsync(Lobby, 201, Cancelled))?.User.Should().Be(what[0] == 'c' ? "aaron" : "");
            (await Chat.Transfer.VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();
            return;
        }

        await ShouldBeExactAsync(Lobby);
    }

    [Fact]
    public async Task A_user_named_like_a_number_is_the_author_although_the_classic_store_cannot_say_so()
    {
        await Other.SendAsync(Lobby, "2", "one");
        await Other.SendAsync(Lobby, "alice", "two");
        await Other.SendAsync(Lobby, "2", "three");
        (await Old.ReceiveAsync(Lobby, cancellationToken: Cancelled)).Messages.Select(message => message.User).Should().Equal("", "alice", "");

        (await MigrateAsync(complete: true)).Should().Match<MigratedRoom>(room => room.Messages == 3 && room.WithoutAuthor == 0 && room.Unreadable == 0);
        (await Chat.ReceiveAsync(Lobby, cancellationToken: Cancelled)).Messages.Select(message => $"{message.Id} {message.User} {message.Text}").Should().Equal("1 2 one", "2 alice two", "3 2 three");
        (await Chat.ReceiveAsync(Lobby, new MessageQuery { User = "2" }, Cancelled)).Messages.Should().HaveCount(2);
        (await Chat.Transfer.VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        (await Chat.SendAsync(Lobby, "2", "four", Cancelled)).Id.Should().Be(4);
    }

    [Fact]
    public async Task A_room_whose_last_messages_were_deleted_goes_on_behind_them()
    {
        await FillAsync(Lobby, 300);
        foreach (var id in Enumerable.Range(150, 151))
        {
            await Old.DeleteAsync(Lobby, id, Actor.Application, cancellationToken: Cancelled);
        }

        await MigrateAsync(complete: true);
        await ShouldBeExactAsync(Lobby);
    }

    [Fact]
    public async Task A_room_with_a_time_far_in_the_future_goes_on_today()
    {
        await FillAsync(Lobby, 3);
        await SetTimeAsync(Lobby, 3, 250_000_000_000);
        await MigrateAsync(complete: true);
        (await Chat.SendAsync(Lobby, "new", "today", Cancelled)).Id.Should().Be(4);
        (await Chat.ReceiveAsync(Lobby, cancellationToken: Cancelled)).Messages.Select(message => message.Timestamp.Year > 9000).Should().Equal(false, false, true, false);
    }

    private async Task BreakAsync(string what)
    {
        var message = $":{Lobby}:201";
        Task doing = what switch
        {
            "no content" => Other.ExecuteAsync("HDEL", message, "content"),
            "no timestamp" => Other.ExecuteAsync("HDEL", message, "timestamp"),
            "another type" => ReplaceAsync(message),
            "only in the author's hash" => Other.ExecuteAsync("DEL", message),
            "empty text" => Other.ExecuteAsync("HSET", message, "content", ""),
            "long text" => Other.ExecuteAsync("HSET", message, "content", new string('x', 300_000)),
            "control characters" => Other.ExecuteAsync("HSET", message, "content", "a\0b\u001b[2J\r\n\u2028\ud83d\ude00"),
            "not UTF-8" => Other.ExecuteAsync("HSET", message, "content", new byte[] { 0x61, 0xff, 0xc3 }),
            "user removed" => Other.ExecuteAsync("HDEL", $":{Lobby}", "odd"),
            "long user" => RenameAsync(new string('u', 500) + "\n:{}"),
            "user of another type" => ReplaceAsync($":{Lobby}:odd"),
            "user named messages" => Other.ExecuteAsync("HSET", $":{Lobby}", "messages", "5"),
            "claimed by two users" => ClaimAsync(),
            "ids that are none" => Other.ExecuteAsync("HSET", $":{Lobby}:odd", "abc", "x", "-5", "x", "0", "x", "99999999999999999999", "x"),
            "ids above the counter" => Other.ExecuteAsync("HSET", $":{Lobby}:odd", "203", "x", "100000", "x"),
            _ => SetTimeAsync(Lobby, 201, what["timestamp ".Length..]),
        };
        await doing;
    }

    private async Task ReplaceAsync(string key)
    {
        await Other.ExecuteAsync("DEL", key);
        await Other.ExecuteAsync("SET", key, "a string");
    }

    private async Task RenameAsync(string user)
    {
        await Other.ExecuteAsync("HDEL", $":{Lobby}", "odd");
        await Other.ExecuteAsync("DEL", $":{Lobby}:odd");
        await Other.ExecuteAsync("HSET", $":{Lobby}", user, "201");
        await Other.ExecuteAsync("HSET", $":{Lobby}:{user}", "201", Text);
    }

    private async Task ClaimAsync()
    {
        await Other.ExecuteAsync("HSET", $":{Lobby}", "aaron", "4");
        await Other.ExecuteAsync("HSET", $":{Lobby}:aaron", "201", Text);
    }
}
