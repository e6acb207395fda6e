using System.Globalization;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Rooms;

/// <summary>How settings and the directory are stored, and how the directory repairs itself.</summary>
public sealed class DirectoryStorageTests(TestServer server) : IAsyncDisposable
{
    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private RedisMessageStore? _store;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IDatabase Database => server.Connection.GetDatabase();

    private RedisMessageStore Store => _store ??= new(ConfigurationOptions.Parse(server.Configuration!), new RedisStoreOptions { KeyPrefix = _prefix });

    private RoomDirectory Rooms => new Chat(Store).Rooms;

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }
    }

    [Fact]
    public async Task Settings_and_their_entry_are_stored_as_documented()
    {
        var about = new RoomAbout { Name = "The \"Club\"", Topic = "Chess", Metadata = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" } };

        await Rooms.CreateAsync("club", about, owner: "olga", cancellationToken: Cancelled);

        var fields = (await Database.HashGetAllAsync(Key("club"))).ToStringDictionary();
        var revision = about == (await Rooms.GetInfoAsync("club", Cancelled)).About ? fields["about"].Split(':', ',')[1] : "";
        fields["about"].Should().Be($$$"""{"v":{{{revision}}},"n":"The \"Club\"","t":"Chess","m":{"a":"1","b":"2"}}""");
        fields["uses"].Should().Be("gl");
        (await Database.SortedSetRangeByRankAsync($"{Key("club")}:changed")).Select(entry => (string?)entry).Should().Contain($"{revision}:s:about");
        KeyNames.ShardOf("club").Should().Be(13);
        var shard = $"{_prefix}:{{directory:13}}";
        var entry = (string?)await Database.HashGetAsync($"{shard}:rooms", "club");
        entry.Should().MatchRegex("^[0-9]{16} the \"club\"$");
        (await Database.SortedSetRangeByRankWithScoresAsync($"{shard}:names")).Should().Equal(new SortedSetEntry("the \"club\"\nclub", 0));
        (await Database.SortedSetRangeByRankAsync($"{shard}:active")).Should().Equal("club");
        var olga = $"{_prefix}:{{user:olga}}";
        (await KeysAsync()).Should().BeEquivalentTo(
            Key("club"), $"{Key("club")}:changed", $"{Key("club")}:members", $"{Key("club")}:read", $"{shard}:rooms", $"{shard}:names", $"{shard}:active",
            olga, $"{olga}:changed", $"{olga}:rooms");
    }

    [Fact]
    public async Task A_room_without_settings_has_no_entry_and_only_deletions_are_counted()
    {
        var chat = new Chat(Store);
        for (var n = 0; n < 3; n++)
        {
            await chat.SendAsync("lobby", "alice", "hello", Cancelled);
        }

        await chat.Rooms.GetInfoAsync("lobby", Cancelled);
        (await Database.HashKeysAsync(Key("lobby"))).Select(field => (string)field!).Should().BeEquivalentTo("epoch", "last", "at");
        await chat.DeleteAsync("lobby", 2, "alice", cancellationToken: Cancelled);

        (await Database.HashGetAsync(Key("lobby"), "deleted")).Should().Be(1);
        (await KeysAsync()).Should().NotContain(key => key.Contains("directory", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_list_repairs_wrong_names_and_removes_entries_without_a_room()
    {
        foreach (var id in new[] { "one", "two", "three" })
        {
            await Rooms.CreateAsync(id, new RoomAbout { Name = id }, cancellationToken: Cancelled);
        }

        await EnterAsync("one", 0, "wrong", oldName: "one");
        await Database.KeyDeleteAsync(Key("two"));
        await AgeAsync("two");
        await EnterAsync("never", 0, "never");
        await AgeAsync("never");
        await EnterAsync("soon", 0, "soon");

        (await Rooms.ListAsync(cancellationToken: Cancelled)).Rooms.Select(room => room.Id).Should().BeEquivalentTo("one", "three");
        await Store.DirectoryKeptAsync();

        (await EntriesAsync()).Keys.Should().BeEquivalentTo("one", "three", "soon");
        (await Rooms.ListAsync(cancellationToken: Cancelled)).Rooms.Select(room => room.Id).Should().Equal("one", "three");
        foreach (var id in new[] { "one", "two", "three", "never" })
        {
            var names = (await Database.SortedSetRangeByRankAsync($"{Shard(id)}:names")).Select(member => (string)member!);
            names.Where(name => name.EndsWith($"\n{id}", StringComparison.Ordinal)).Should().Equal(id is "one" or "three" ? [$"{id}\n{id}"] : Array.Empty<string>());
        }
    }

    [Fact]
    public async Task A_stray_name_without_an_entry_is_removed_or_completed()
    {
        await Rooms.CreateAsync("one", new RoomAbout { Name = "one" }, cancellationToken: Cancelled);
        await Database.SortedSetAddAsync($"{Shard("one")}:names", "stray\none", 0);
        await Database.SortedSetAddAsync($"{Shard("gone")}:names", "gone\ngone", 0);
        await Database.HashDeleteAsync($"{Shard("one")}:rooms", "one");

        (await Rooms.ListAsync(cancellationToken: Cancelled)).Rooms.Should().ContainSingle();
        await Store.DirectoryKeptAsync();
        await Rooms.ListAsync(cancellationToken: Cancelled);
        await Store.DirectoryKeptAsync();

        (await EntriesAsync()).Should().ContainKey("one").And.NotContainKey("gone");
        (await Database.SortedSetRangeByRankAsync($"{Shard("one")}:names")).Should().Contain("one\none").And.NotContain("stray\none");
        (await Database.SortedSetRangeByRankAsync($"{Shard("gone")}:names")).Should().NotContain("gone\ngone");
    }

    [Fact]
    public async Task A_send_in_another_minute_moves_its_room_to_the_front_and_others_in_that_minute_write_nothing()
    {
        var chat = new Chat(Store);
        foreach (var id in new[] { "one", "two" })
        {
            await chat.Rooms.CreateAsync(id, new RoomAbout { Name = id }, cancellationToken: Cancelled);
            await chat.SendAsync(id, "alice", "hello", Cancelled);
        }

        await Store.DirectoryKeptAsync();
        await SetActivityAsync("one", TimeSpan.FromMinutes(10));
        await SetActivityAsync("two", TimeSpan.FromMinutes(5));
        (await ByActivityAsync()).Should().Equal("two", "one");

        var receipt = await chat.SendAsync("one", "alice", "again", Cancelled);
        await Store.DirectoryKeptAsync();

        (await ByActivityAsync()).Should().Equal("one", "two");
        (await Database.SortedSetScoreAsync($"{Shard("one")}:active", "one")).Should().Be(-Micros.FromTime(receipt.Timestamp));
        await Database.HashSetAsync(Key("one"), "at", Micros.FromTime(receipt.Timestamp).ToString(CultureInfo.InvariantCulture));
        await Database.SortedSetAddAsync($"{Shard("one")}:active", "one", -Micros.FromTime(receipt.Timestamp) + 1);
        var next = await chat.SendManyAsync("one", [new NewMessage("alice", "in the same minute"), new NewMessage("bob", "too")], Cancelled);
        await Store.DirectoryKeptAsync();
        if (next[0].Timestamp.Minute == receipt.Timestamp.Minute)
        {
            (await Database.SortedSetScoreAsync($"{Shard("one")}:active", "one")).Should().Be(-Micros.FromTime(receipt.Timestamp) + 1);
        }
    }

    [Fact]
    public async Task A_refused_change_leaves_no_entry()
    {
        await new Chat(Store).SendAsync("lobby", "alice", "hello", Cancelled);

        await Assert.ThrowsAsync<ChatForbiddenException>(() => Rooms.RenameAsync("lobby", "mine", "alice", Cancelled));

        await Store.DirectoryKeptAsync();
        (await EntriesAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_place_by_activity_never_goes_back_by_an_older_time_and_a_list_corrects_one_that_is_too_new()
    {
        var chat = new Chat(Store);
        await chat.Rooms.CreateAsync("one", new RoomAbout { Name = "one" }, cancellationToken: Cancelled);
        var time = Micros.FromTime((await chat.SendAsync("one", "alice", "hello", Cancelled)).Timestamp);
        await Store.DirectoryKeptAsync();
        var index = new DirectoryIndex(new KeyNames(new HashTagKeyScheme(_prefix), 0));
        var entry = await index.ReadAsync(Database, "one", Cancelled);
        var score = await index.ReadScoreAsync(Database, "one", Cancelled);
        score.Should().Be(-time);

        await index.TouchAsync(Database, "one", time + 5, Cancelled);
        await index.TouchAsync(Database, "one", time + 4, Cancelled);
        await index.PutAsync(Database, "one", entry, "one", time, score, [], Cancelled);
        (await Database.SortedSetScoreAsync($"{Shard("one")}:active", "one")).Should().Be(-(time + 5));

        await index.TouchAsync(Database, "one", time + 600_000_000, Cancelled);
        await ByActivityAsync();
        await Store.DirectoryKeptAsync();
        (await Database.SortedSetScoreAsync($"{Shard("one")}:active", "one")).Should().Be(-time);
    }

    [Fact]
    public async Task A_list_by_activity_repairs_the_order_and_a_send_restores_a_lost_entry()
    {
        var chat = new Chat(Store);
        foreach (var id in new[] { "one", "two" })
        {
            await chat.Rooms.CreateAsync(id, new RoomAbout { Name = id }, cancellationToken: Cancelled);
            await chat.SendAsync(id, "alice", "hello", Cancelled);
        }

        await Store.DirectoryKeptAsync();
        var now = Micros.FromTime(DateTimeOffset.UtcNow);
        await Database.SortedSetAddAsync($"{Shard("one")}:active", "one", -(now - 600_000_000));
        await Database.SortedSetAddAsync($"{Shard("two")}:active", "two", -(now - 300_000_000));
        await Database.HashSetAsync(Key("two"), "at", now - 300_000_000);

        (await ByActivityAsync()).Should().Equal("two", "one");
        await Store.DirectoryKeptAsync();
        (await ByActivityAsync()).Should().Equal("one", "two");

        await Database.KeyDeleteAsync([.. Enumerable.Range(0, 16).SelectMany(shard => new[] { "rooms", "names", "active" }.Select(part => (RedisKey)$"{_prefix}:{{directory:{shard}}}:{part}"))]);
        await chat.SendAsync("two", "alice", "here", Cancelled);
        await Store.DirectoryKeptAsync();
        (await Rooms.ListAsync(cancellationToken: Cancelled)).Rooms.Should().ContainSingle().Which.Id.Should().Be("two");
    }

    [Fact]
    public async Task A_room_that_cannot_be_read_is_left_out_of_lists_and_one_clear_error_by_itself()
    {
        foreach (var id in new[] { "one", "two" })
        {
            await Rooms.CreateAsync(id, new RoomAbout { Name = id }, cancellationToken: Cancelled);
        }

        await Database.HashSetAsync(Key("one"), "about", """{"v":1,"n":7}""");

        (await Rooms.ListAsync(cancellationToken: Cancelled)).Rooms.Should().ContainSingle().Which.Id.Should().Be("two");
        var error = await Assert.ThrowsAsync<ChatDataException>(() => Rooms.GetInfoAsync("one", Cancelled));
        (error.Key, error.Field).Should().Be((Key("one"), "about"));
        await Assert.ThrowsAsync<ChatDataException>(() => Rooms.RenameAsync("one", "new", Actor.Application, Cancelled));
        (await EntriesAsync()).Should().ContainKey("one");
    }

    private string Key(string room) => $"{_prefix}:{{{room}}}";

    private string Shard(string room) => $"{_prefix}:{{directory:{KeyNames.ShardOf(room)}}}";

    private async Task<List<string>> ByActivityAsync() =>
        [.. (await Rooms.ListAsync(RoomOrder.Activity, cancellationToken: Cancelled)).Rooms.Select(room => room.Id)];

    private async Task<Dictionary<string, string>> EntriesAsync()
    {
        var entries = new Dictionary<string, string>();
        for (var shard = 0; shard < KeyNames.DirectoryShards; shard++)
        {
            foreach (var entry in await Database.HashGetAllAsync($"{_prefix}:{{directory:{shard}}}:rooms"))
            {
                entries.Add(entry.Name!, entry.Value!);
            }
        }

        return entries;
    }

    private async Task EnterAsync(string room, long time, string name, string? oldName = null)
    {
        time = time == 0 ? Micros.FromTime(DateTimeOffset.UtcNow) : time;
        await Database.HashSetAsync($"{Shard(room)}:rooms", room, $"{time} {name}");
        await Database.SortedSetAddAsync($"{Shard(room)}:names", $"{name}\n{room}", 0);
        await Database.SortedSetAddAsync($"{Shard(room)}:active", room, -time);
        if (oldName is not null)
        {
            await Database.SortedSetRemoveAsync($"{Shard(room)}:names", $"{oldName}\n{room}");
        }
    }

    private async Task AgeAsync(string room)
    {
        var entry = ((string)(await Database.HashGetAsync($"{Shard(room)}:rooms", room))!).Split(' ', 2);
        await Database.HashSetAsync($"{Shard(room)}:rooms", room, $"{long.Parse(entry[0], CultureInfo.InvariantCulture) - 61_000_000} {entry[1]}");
    }

    private async Task SetActivityAsync(string room, TimeSpan ago)
    {
        var time = Micros.FromTime(DateTimeOffset.UtcNow - ago);
        await Database.HashSetAsync(Key(room), "at", time);
        await Database.SortedSetAddAsync($"{Shard(room)}:active", room, -time);
    }

    private async Task<List<string>> KeysAsync()
    {
        var keys = new List<string>();
        await foreach (var key in server.Connection.GetServers()[0].KeysAsync(pattern: $"{_prefix}:*"))
        {
            keys.Add(key!);
        }

        return keys;
    }
}
