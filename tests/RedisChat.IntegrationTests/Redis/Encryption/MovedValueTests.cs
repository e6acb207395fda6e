using System.Text;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Encryption;

/// <summary>An encrypted value that somebody moved, copied or changed in Redis is not read as if nothing had happened.</summary>
public sealed class MovedValueTests(TestServer server) : IAsyncLifetime
{
    private EncryptedChats _chats = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IDatabase Database => server.Connection.GetDatabase();

    public ValueTask InitializeAsync()
    {
        _chats = new EncryptedChats(server.Configuration!, sealAfter: 1);
        return default;
    }

    public ValueTask DisposeAsync() => _chats.DisposeAsync();

    private string Key(string part = "", string room = "lobby") => $"{_chats.Prefix}:{{{room}}}{part}";

    [Fact]
    public async Task Two_messages_that_change_places_are_both_unreadable()
    {
        var chat = _chats.NewChat();
        await chat.SendManyAsync("lobby", [new("alice", "one"), new("alice", "two"), new("alice", "three")], Cancelled);
        var (one, two) = (await Database.HashGetAsync(Key(":m:0"), 1), await Database.HashGetAsync(Key(":m:0"), 2));
        await Database.HashSetAsync(Key(":m:0"), [new(1, two), new(2, one)]);

        await ExpectUnreadableAsync(1, 2);
    }

    [Fact]
    public async Task A_message_of_another_room_is_unreadable_even_under_the_same_key()
    {
        var chat = _chats.NewChat();
        await chat.SendAsync("other", "alice", "one", Cancelled);
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        await Database.HashSetAsync(Key(":m:0"), 1, await Database.HashGetAsync(Key(":m:0", "other"), 1));
        var current = (string)(await Database.HashGetAsync(Key(":key", "other"), "current"))!;
        await Database.HashSetAsync(Key(":key"), current, await Database.HashGetAsync(Key(":key", "other"), current));

        await ExpectUnreadableAsync(1);
    }

    [Fact]
    public async Task A_part_of_another_message_in_progress_is_left_out_of_a_page_and_fails_a_single_read()
    {
        var room = _chats.NewChat().Room("lobby");
        await using var first = await room.BeginAsync(new NewMessage("alice", "a"), new WritingOptions { Interval = TimeSpan.Zero }, Cancelled);
        await first.AppendAsync("bc", Cancelled);
        await first.FlushAsync(Cancelled);
        await using var second = await room.BeginAsync(new NewMessage("alice", "x"), new WritingOptions { Interval = TimeSpan.Zero }, Cancelled);
        await second.AppendAsync("yz", Cancelled);
        await second.FlushAsync(Cancelled);
        await Database.HashSetAsync(Key(":writing"), "2:1:e", await Database.HashGetAsync(Key(":writing"), "1:1:e"));

        var chat = _chats.NewChat();

        (await chat.ReceiveAsync("lobby", null, Cancelled)).Messages.Select(message => message.Text).Should().Equal("abc", "x");
        await Assert.ThrowsAsync<ChatDataException>(() => chat.GetAsync("lobby", 2, Cancelled));
        (await chat.GetAsync("lobby", 1, Cancelled))!.Text.Should().Be("abc");
    }

    [Fact]
    public async Task A_reply_in_a_thread_is_not_a_message_of_its_room()
    {
        var chat = _chats.NewChat();
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        await chat.Room("lobby").Thread(1).SendAsync("alice", "reply", Cancelled);
        await Database.HashSetAsync(Key(":m:0"), 1, await Database.HashGetAsync(Key(":t:1:m:0"), 1));

        await ExpectUnreadableAsync(1);
    }

    [Fact]
    public async Task An_earlier_version_cannot_take_the_place_of_the_message()
    {
        var chat = _chats.NewChat(options: new ChatOptions { KeptVersions = 3 });
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        await chat.EditAsync("lobby", 1, "alice", "two", Cancelled);
        await Database.HashSetAsync(Key(":m:0"), 1, await Database.HashGetAsync(Key(":v:0"), "1:1"));

        await ExpectUnreadableAsync(1);
    }

    [Fact]
    public async Task A_sealed_bucket_cannot_take_the_place_of_another()
    {
        var store = _chats.Open();
        var chat = new Chat(store);
        await chat.SendManyAsync("lobby", [.. Enumerable.Range(0, 127).Select(n => new NewMessage("alice", $"{n}"))], Cancelled);
        await chat.SendManyAsync("lobby", [.. Enumerable.Range(0, 128).Select(n => new NewMessage("alice", $"{n}"))], Cancelled);
        await chat.SendAsync("lobby", "alice", "last", Cancelled);
        await store.SealedAsync();
        (await Database.HashLengthAsync(Key(":sealed"))).Should().Be(2);
        await Database.HashSetAsync(Key(":sealed"), 0, await Database.HashGetAsync(Key(":sealed"), 1));

        var page = await _chats.NewChat().ReceiveAsync("lobby", new MessageQuery { Before = 10, Limit = 5 }, Cancelled);

        page.Messages.Should().BeEmpty();
        page.Unreadable.Should().NotBeEmpty();
    }

    [Fact]
    public async Task A_single_changed_bit_is_noticed()
    {
        var chat = _chats.NewChat();
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        var value = ((string)(await Database.HashGetAsync(Key(":m:0"), 1))!).Split("\"z\":\"");
        var (box, rest) = (Convert.FromBase64String(value[1].Split('"')[0]), value[1][value[1].IndexOf('"')..]);
        foreach (var index in new[] { 0, 5, 17, box.Length - 1 })
        {
            var changed = (byte[])box.Clone();
            changed[index] ^= 1;
            await Database.HashSetAsync(Key(":m:0"), 1, $"{value[0]}\"z\":\"{Convert.ToBase64String(changed)}{rest}");

            await ExpectUnreadableAsync(1);
        }
    }

    [Fact]
    public async Task A_forged_event_is_not_delivered()
    {
        var chat = _chats.NewChat();
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        await using var watch = chat.WatchAsync("lobby", (await chat.ReceiveAsync("lobby", null, Cancelled)).Position, Cancelled).GetAsyncEnumerator(Cancelled);
        var next = watch.MoveNextAsync().AsTask();
        var room = (await Database.HashGetAllAsync(Key())).ToStringDictionary();
        var now = long.Parse(room["at"], System.Globalization.CultureInfo.InvariantCulture) + 5;
        var value = Encoding.UTF8.GetString((byte[])(await Database.HashGetAsync(Key(":m:0"), 1))!);
        await server.Connection.GetSubscriber().PublishAsync(RedisChannel.Literal(Key(":live")), $"c {room["epoch"]} 2 {now} 0 {room["at"]}\n{value}");

        await chat.SendAsync("lobby", "alice", "two", Cancelled);

        while (await next && watch.Current is not RoomEvent.Created)
        {
            next = watch.MoveNextAsync().AsTask();
        }

        ((RoomEvent.Created)watch.Current).Message.Text.Should().Be("two");
    }

    private async Task ExpectUnreadableAsync(params long[] ids)
    {
        var chat = _chats.NewChat();
        var page = await chat.ReceiveAsync("lobby", null, Cancelled);
        page.Unreadable.Select(value => value.Id).Should().BeEquivalentTo(ids.Cast<long?>());
        page.Messages.Should().NotContain(message => ids.Contains(message.Id));
        foreach (var id in ids)
        {
            var error = await Assert.ThrowsAsync<ChatDataException>(() => chat.GetAsync("lobby", id, Cancelled));
            (error.Key, error.Field).Should().Be((Key(":m:0"), $"{id}"));
        }
    }
}
