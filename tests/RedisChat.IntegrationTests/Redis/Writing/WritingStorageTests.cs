using RedisChat.Conformance;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Writing;

/// <summary>How messages that are written part by part are stored.</summary>
public sealed class WritingStorageTests(TestServer server)
{
    private static readonly WritingOptions Eager = new() { Interval = TimeSpan.Zero };

    private readonly string _prefix = $"test-{Guid.NewGuid():n}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IDatabase Database => server.Connection.GetDatabase();

    private string Room => $"{_prefix}:{{lobby}}";

    [Fact]
    public async Task A_message_in_progress_is_stored_as_documented_and_leaves_nothing_but_the_message()
    {
        await using var store = NewStore();
        await using var writer = await new Chat(store).Room("lobby").BeginAsync(new NewMessage("bot", "") { Metadata = new Dictionary<string, string> { ["a"] = "b" } }, Eager, Cancelled);
        await WriteAsync(writer, "Hël", "lo");

        var value = (string)(await Database.HashGetAsync($"{Room}:m:0", "1"))!;
        value.Should().MatchRegex("""^\{"t":\d{16},"u":"bot","c":"","m":\{"a":"b"\},"w":"[A-Za-z0-9_-]{6} 30000"\}$""");
        var name = value[(value.IndexOf("\"w\":\"", StringComparison.Ordinal) + 5)..][..6];
        var parts = (await Database.HashGetAllAsync($"{Room}:writing")).ToStringDictionary();
        parts.Keys.Should().BeEquivalentTo("1", "1:0", "1:4");
        parts["1"].Should().MatchRegex($"^\\d{{16}} {name} 6 0$");
        (parts["1:0"], parts["1:4"]).Should().Be(("Hël", "lo"));
        (await Database.HashGetAsync(Room, "uses")).Should().Be("w");
        (await Database.HashExistsAsync(Room, "rev")).Should().BeFalse();

        await writer.CompleteAsync(Cancelled);

        ((string)(await Database.HashGetAsync($"{Room}:m:0", "1"))!).Should().MatchRegex("""^\{"t":\d{16},"u":"bot","c":"Hëllo","m":\{"a":"b"\}\}$""");
        (await Database.KeyExistsAsync($"{Room}:writing")).Should().BeFalse();
        var revision = await Database.HashGetAsync(Room, "rev");
        (await Database.SortedSetRangeByRankAsync($"{Room}:changed")).Should().Equal("0", $"{revision}:w:1");
    }

    [Fact]
    public async Task An_abandoned_message_says_so_in_its_value_and_an_edit_leaves_that()
    {
        await using var store = NewStore();
        var room = new Chat(store).Room("lobby");
        await using var writer = await room.BeginAsync(new NewMessage("bot", "to begin with"), Eager, Cancelled);
        await WriteAsync(writer, " and so on");

        await writer.AbandonAsync(Cancelled);

        ((string)(await Database.HashGetAsync($"{Room}:m:0", "1"))!).Should().EndWith("""  "c":"to begin with and so on","w":"-"}""".Trim());
        await room.EditAsync(1, "bot", "edited", Cancelled);
        ((string)(await Database.HashGetAsync($"{Room}:m:0", "1"))!).Should().Contain("\"c\":\"edited\",\"w\":\"-\",\"v\":2");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_deleted_message_leaves_none_of_its_text(bool inBulk)
    {
        await using var store = NewStore();
        var room = new Chat(store).Room("lobby");
        await using var writer = await room.BeginAsync(new NewMessage("bot", "topsecret "), Eager, Cancelled);
        await using var other = await room.BeginAsync(new NewMessage("bot", ""), Eager, Cancelled);
        await WriteAsync(writer, "more topsecret ", "end of topsecret");
        await WriteAsync(other, "public");

        await (inBulk
            ? room.DeleteManyAsync(MessageSelection.Of(1), Actor.Application, cancellationToken: Cancelled)
            : (Task)room.DeleteAsync(1, "bot", cancellationToken: Cancelled));

        (await Database.HashKeysAsync($"{Room}:writing")).Select(field => (string)field!).Should().BeEquivalentTo("2", "2:0");
        var endPoint = server.Connection.GetServer(server.Connection.GetEndPoints()[0]);
        await foreach (var key in endPoint.KeysAsync(pattern: $"{_prefix}*"))
        {
            System.Text.Encoding.Latin1.GetString((await Database.KeyDumpAsync(key))!).Should().NotContain("topsecret");
        }
    }

    [Fact]
    public async Task Once_nothing_is_being_written_a_probe_removes_the_mark_of_the_room()
    {
        await using var store = NewStore();
        var room = new Chat(store).Room("lobby");
        await room.SendAsync("alice", "hello", Cancelled);
        await room.Pins.PinAsync(1, Actor.Application, Cancelled);
        await using var log = new WatchLog(store.WatchAsync("lobby", cancellationToken: Cancelled));
        await using var writer = await room.BeginAsync(new NewMessage("bot", ""), Eager, Cancelled);
        await WriteAsync(writer, "text");
        (await Database.HashGetAsync(Room, "uses")).Should().Be("pw");
        await writer.CompleteAsync(Cancelled);

        await Poll.UntilAsync(async () => await Database.HashGetAsync(Room, "uses") == "p", "the mark is gone");

        await using var again = await room.BeginAsync(new NewMessage("bot", ""), Eager, Cancelled);
        (await Database.HashGetAsync(Room, "uses")).Should().Be("pw");
    }

    [Fact]
    public async Task A_message_whose_writer_died_before_its_first_part_is_abandoned_by_a_reader()
    {
        await using var store = NewStore();
        var room = new Chat(store).Room("lobby");
        await using var writer = await room.BeginAsync(new NewMessage("bot", ""), new WritingOptions { Lease = TimeSpan.FromSeconds(1) }, Cancelled);
        await Database.KeyDeleteAsync($"{Room}:writing");

        await Poll.UntilAsync(async () => (await room.GetAsync(1, Cancelled))!.Writing == WritingState.Abandoned, "the lease has run out");

        (await room.ReceiveAsync(cancellationToken: Cancelled)).Messages.Single().Should().BeEquivalentTo(new { Text = "", Writing = (WritingState?)WritingState.Abandoned });
    }

    [Fact]
    public async Task A_part_that_is_missing_is_one_clear_error()
    {
        await using var store = NewStore();
        var room = new Chat(store).Room("lobby");
        await using var writer = await room.BeginAsync(new NewMessage("bot", ""), Eager, Cancelled);
        await WriteAsync(writer, "one", "two");
        await Database.HashDeleteAsync($"{Room}:writing", "1:3");

        await Assert.ThrowsAsync<ChatDataException>(() => room.GetAsync(1, Cancelled));

        // The writer has the whole text.
        await Database.HashSetAsync($"{Room}:writing", "1:3", "two");
        (await writer.CompleteAsync(Cancelled)).Text.Should().Be("onetwo");
    }

    private static async Task WriteAsync(MessageWriter writer, params string[] parts)
    {
        foreach (var part in parts)
        {
            await writer.AppendAsync(part, Cancelled);
            await writer.FlushAsync(Cancelled);
        }
    }

    private RedisMessageStore NewStore() => new(
        ConfigurationOptions.Parse(server.Configuration!),
        new RedisStoreOptions { KeyPrefix = _prefix, LiveProbeInterval = TimeSpan.FromMilliseconds(200) });
}
