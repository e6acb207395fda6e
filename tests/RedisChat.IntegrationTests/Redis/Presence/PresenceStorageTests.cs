using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Presence;

/// <summary>How presence is stored, and what a heartbeat costs.</summary>
public sealed partial class PresenceStorageTests(TestServer server)
{
    private readonly string _prefix = $"test-{Guid.NewGuid():n}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IDatabase Database => server.Connection.GetDatabase();

    private string Room => $"{_prefix}:{{lobby}}";

    [Fact]
    public async Task Presence_is_stored_as_documented_and_leaves_nothing()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        var presence = chat.Room("lobby").Presence;
        var alice = await presence.EnterAsync("alice", Cancelled);
        var bob = await presence.EnterAsync("bob:2", Cancelled);

        (await Database.HashGetAllAsync(Room)).ToStringDictionary().Should().BeEquivalentTo(new Dictionary<string, string> { ["uses"] = "h" });
        var here = (await Database.HashGetAllAsync($"{Room}:here")).ToStringDictionary();
        var process = here.Keys.Single(field => field.StartsWith("p:", StringComparison.Ordinal))[2..];
        here.Should().ContainKeys("count", "counted", "reported", "above", "pause", "kept").And.HaveCount(7);
        here["count"].Should().Be("2");
        here[$"p:{process}"].Should().MatchRegex("^[0-9]{16} 2$");
        (await Database.SortedSetRangeByRankWithScoresAsync($"{Room}:here:users")).Select(entry => $"{entry.Element} {entry.Score}")
            .Should().Equal($"alice\n{process} 0", $"bob:2\n{process} 0");
        (await Database.SortedSetRangeByRankAsync($"{Room}:here:processes")).Select(entry => entry.ToString())
            .Should().Equal($"{process}\nalice", $"{process}\nbob:2");
        foreach (var key in (string[])["here", "here:users", "here:processes"])
        {
            (await Database.KeyTimeToLiveAsync($"{Room}:{key}")).Should().BeGreaterThan(TimeSpan.FromMinutes(50)).And.BeLessThanOrEqualTo(TimeSpan.FromHours(1));
        }

        (await chat.SendAsync("lobby", "alice", "the first message", Cancelled)).Id.Should().Be(1, "presence does not create the room");
        await chat.Room("lobby").Reactions.AddAsync(1, "alice", "👍", Cancelled);
        await alice.DisposeAsync();
        await bob.DisposeAsync();

        (await Database.HashGetAsync(Room, "uses")).Should().Be("r");
        (await Database.KeyExistsAsync([$"{Room}:here", $"{Room}:here:users", $"{Room}:here:processes"])).Should().Be(0);
    }

    [Fact]
    public async Task A_key_of_another_type_is_found_before_anything_is_written()
    {
        await using var store = NewStore();
        var presence = new Chat(store).Room("lobby").Presence;
        foreach (var key in (string[])["", ":here", ":here:users", ":here:processes"])
        {
            await Database.StringSetAsync(Room + key, "something else");
            await Assert.ThrowsAsync<ChatDataException>(() => presence.EnterAsync("alice", Cancelled));
            await Database.KeyDeleteAsync(Room + key);
            (await Database.KeyExistsAsync([Room, $"{Room}:here", $"{Room}:here:users", $"{Room}:here:processes"])).Should().Be(0);
        }

        await Database.HashSetAsync($"{Room}:here", "count", "many");
        await Assert.ThrowsAsync<ChatDataException>(() => presence.EnterAsync("alice", Cancelled));
        (await Database.KeyExistsAsync([Room, $"{Room}:here:users", $"{Room}:here:processes"])).Should().Be(0);
    }

    [Fact]
    public async Task A_heartbeat_is_one_short_script_call_and_every_key_is_among_its_KEYS()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection);
        var ability = ((IMessageStore)store).GetAbility<IPresenceStore>()!;
        await ability.UpdatePresenceAsync("lobby", Update(0, "alice"), Cancelled);
        await using var monitor = await RedisMonitor.StartAsync(redis);
        (await ability.UpdatePresenceAsync("lobby", Update(1), Cancelled)).IsAccepted.Should().BeTrue();
        await ability.UpdatePresenceAsync("lobby", Update(1, "bob"), Cancelled);
        await ability.ReadPresentUsersAsync("lobby", null, 10, Cancelled);
        await ability.SendTypingAsync("lobby", "bob", TimeSpan.FromSeconds(1), Cancelled);
        await ability.UpdatePresenceAsync("lobby", new PresenceUpdate { Process = "one", Expiry = TimeSpan.Zero }, Cancelled);
        var lines = await monitor.StopAsync(connection);

        var calls = new List<List<string>>();
        HashSet<string> keys = [];
        foreach (var words in lines.Select(line => Word().Matches(line).Select(match => Regex.Unescape(match.Groups[1].Value)).ToList()))
        {
            if (words[0].StartsWith("EVAL", StringComparison.OrdinalIgnoreCase))
            {
                keys = [.. words.Skip(3).Take(int.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture))];
                calls.Add([]);
            }
            else if (calls.Count > 0)
            {
                calls[^1].Add(words[0]);
                (words[0] == "TIME" ? keys : words.Skip(1)).Should().Contain(word => keys.Contains(word), "the script runs {0}", words[0]);
            }
        }

        calls[0].Should().Equal("TIME", "HGETALL", "HMGET", "HDEL", "HSET");

        static PresenceUpdate Update(long changes, params string[] entering) =>
            new() { Process = "one", Changes = changes, Expiry = TimeSpan.FromMinutes(1), Entering = entering };
    }

    [Fact]
    public async Task Many_users_of_a_dead_process_are_removed_step_by_step()
    {
        const int Users = 1000;
        await using var store = NewStore();
        var presence = new Chat(store).Room("lobby").Presence;
        var ability = ((IMessageStore)store).GetAbility<IPresenceStore>()!;
        for (var i = 0; i < Users; i += 100)
        {
            (await ability.UpdatePresenceAsync("lobby", new PresenceUpdate
            {
                Process = "dead",
                Changes = i / 100,
                Expiry = TimeSpan.FromMinutes(1),
                Entering = [.. Enumerable.Range(i, 100).Select(n => $"user {n}")],
            }, Cancelled)).IsAccepted.Should().BeTrue();
        }

        (await presence.ListAsync(limit: 10, cancellationToken: Cancelled)).Count.Should().Be(Users);
        await Database.HashSetAsync($"{Room}:here", "p:dead", "1 10");

        var present = await presence.ListAsync(cancellationToken: Cancelled);
        present.Users.Should().BeEmpty();
        present.Count.Should().Be(0);
        (await Database.KeyExistsAsync([Room, $"{Room}:here", $"{Room}:here:users", $"{Room}:here:processes"])).Should().Be(0);
    }

    private RedisMessageStore NewStore() => new(server.ChatConnection, new RedisStoreOptions { KeyPrefix = _prefix });

    [GeneratedRegex("""
        "((?:[^"\\]|\\.)*)"
        """)]
    private static partial Regex Word();
}
