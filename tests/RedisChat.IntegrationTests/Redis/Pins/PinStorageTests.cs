using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Pins;

/// <summary>How pins are stored.</summary>
public sealed class PinStorageTests(TestServer server)
{
    private readonly string _prefix = $"test-{Guid.NewGuid():n}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IDatabase Database => server.Connection.GetDatabase();

    private string Room => $"{_prefix}:{{lobby}}";

    [Fact]
    public async Task Pins_are_stored_as_documented_and_leave_no_trace_of_a_deleted_message()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await chat.SendManyAsync("lobby", [new("alice", "one"), new("alice", "two")], Cancelled);
        var pins = chat.Room("lobby").Pins;
        await chat.Room("lobby").Members.SetRoleAsync("olga", RoomRole.Owner, Actor.Application, cancellationToken: Cancelled);
        await pins.PinAsync(1, "olga", Cancelled);
        var first = (string?)await Database.HashGetAsync(Room, "rev");
        await pins.PinAsync(2, Actor.Application, Cancelled);
        var second = (string?)await Database.HashGetAsync(Room, "rev");

        (await Database.HashGetAllAsync($"{Room}:pins")).ToStringDictionary().Should().BeEquivalentTo(new Dictionary<string, string>
        {
            ["1"] = $$"""{{first}} {"u":"olga"}""",
            ["2"] = $"{second} {{}}",
        });
        (await Database.HashGetAsync(Room, "uses")).Should().Be("gp");
        (await Database.SortedSetRangeByRankAsync($"{Room}:changed", -1)).Single().Should().Be($"{second}:p:2");
        (await pins.ListAsync(Cancelled))[^1].PinnedAt.Should().Be(Micros.ToTime(long.Parse(first!, CultureInfo.InvariantCulture)));

        await chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled);
        (await Database.HashKeysAsync($"{Room}:pins")).Should().Equal("2");
        await pins.UnpinAsync(2, Actor.Application, Cancelled);

        (await Database.KeyExistsAsync($"{Room}:pins")).Should().BeFalse();
    }

    [Fact]
    public async Task A_room_without_pins_has_no_key_and_no_field_of_them()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await chat.SendManyAsync("lobby", [new("alice", "one"), new("alice", "two")], Cancelled);
        await chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled);
        await chat.Room("lobby").Pins.UnpinAsync(2, Actor.Application, Cancelled);
        (await chat.Room("lobby").Pins.PinAsync(1, Actor.Application, Cancelled)).Should().BeFalse();

        (await Database.KeyExistsAsync($"{Room}:pins")).Should().BeFalse();
        (await Database.HashKeysAsync(Room)).Select(field => (string)field!).Should().BeEquivalentTo("epoch", "last", "at", "rev", "deleted");
    }

    [Fact]
    public async Task A_value_that_is_not_a_pin_is_one_clear_error()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        await Database.HashSetAsync($"{Room}:pins", "1", "not a pin");

        var error = await Assert.ThrowsAsync<ChatDataException>(() => chat.Room("lobby").Pins.ListAsync(Cancelled));

        (error.Key, error.Field, error.Room).Should().Be(($"{Room}:pins", "1", "lobby"));
    }

    [Fact]
    public async Task A_pinned_message_that_cannot_be_read_is_listed_without_its_text()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        await chat.Room("lobby").Pins.PinAsync(1, Actor.Application, Cancelled);
        await Database.HashSetAsync($"{Room}:m:0", "1", "not a message");

        var pin = (await chat.Room("lobby").Pins.ListAsync(Cancelled)).Single();

        (pin.MessageId, pin.Message).Should().Be((1, null));
    }

    private RedisMessageStore NewStore() =>
        new(ConfigurationOptions.Parse(server.Configuration!), new RedisStoreOptions { KeyPrefix = _prefix });
}
