using System.Globalization;
using System.Text;
using RedisChat.IntegrationTests.Hostile;
using RedisChat.Redis;

namespace RedisChat.IntegrationTests.Redis.Erasure;

/// <summary>Erasures on a server of their own, whose whole keyspace is searched afterward, by code that knows nothing of the chat's keys.</summary>
public sealed class ErasureStorageTests() : ErasureTestBase(new RedisStoreOptions { SealAfter = 1, LiveProbeInterval = TimeSpan.FromMilliseconds(100) }, new ChatOptions { KeptVersions = 3 })
{
    [Theory]
    [InlineData(ErasureMode.Remove)]
    [InlineData(ErasureMode.Anonymize)]
    public async Task No_byte_of_the_keyspace_names_the_user_and_nothing_of_others_is_missing(ErasureMode mode)
    {
        await EveryFeature.UseAsync(Chat, Store, "lobby", User, Bob, Cancelled, messages: 700);
        await EveryFeature.UseAsync(Chat, Store, "other", Bob, "carol", Cancelled);
        await Store.SealedAsync();
        var untouched = await RoomDump.TakeAsync(Admin, "chatroom:{other}");
        (await OccurrencesAsync(User)).Should().HaveCountGreaterThan(20);
        (await OccurrencesAsync(EveryFeature.Secret)).Should().HaveCountGreaterThan(3);

        var report = await Chat.User(User).EraseAsync(new ErasureOptions { Mode = mode }, cancellationToken: Cancelled);

        (await OccurrencesAsync(User)).Should().BeEmpty();
        report.Findings!.Remaining.Should().BeEmpty();
        if (mode == ErasureMode.Remove)
        {
            (await OccurrencesAsync(EveryFeature.Secret)).Should().OnlyContain(place => place.StartsWith("chatroom:{other}", StringComparison.Ordinal) || place.StartsWith("chatroom:{user:bob}", StringComparison.Ordinal));
        }

        // Presence changes by itself; what was sent, and when, expires.
        (await RoomDump.TakeAsync(Admin, "chatroom:{other}")).Where(IsLasting).Should().Equal(untouched.Where(IsLasting));
        (await Database.HashGetAsync("chatroom:{lobby}", "uses")).ToString().Should().NotContain("z");
        (await Chat.ReceiveAsync("lobby", new MessageQuery { User = Bob, After = 0, Limit = 1000 }, Cancelled)).Messages.Should().HaveCount(348, "two of the 350 were deleted by the user before");
    }

    [Fact]
    public async Task The_proof_finds_what_is_left_and_tells_it_from_the_text_of_others()
    {
        await Chat.SendAsync("lobby", Bob, $"ask {User}", Cancelled);
        await Chat.SendAsync("lobby", Bob, $"ask {User}s", Cancelled);
        await Chat.SendAsync($"the room of {User}", Bob, "hello", Cancelled);
        await Chat.User(Bob).Drafts.SaveAsync("lobby", $"dear {User}", cancellationToken: Cancelled);
        await Chat.User(User).EraseAsync(cancellationToken: Cancelled);
        var redis = Database;
        await redis.HashSetAsync("chatroom:{lobby}:m:0", "77", $$"""{"t":1,"u":"{{User}}","c":"left behind"}""");
        await redis.HashSetAsync("chatroom:{lobby}:m:0", "78", $$"""{"t":1,"u":"bob","c":"left behind","n":["@{{User}}"]}""");
        await redis.HashSetAsync("chatroom:{lobby}:read", User, "1 1");
        await redis.StringSetAsync($"chatroom:{{lobby}}:u:{User}", "1,");
        await redis.SortedSetAddAsync("chatroom:{directory:3}:due", $"1\nid\n{User}\nlobby", 1);
        await redis.StringSetAsync("chatroom:{lobby}:unknown", $"something about {User}");

        var store = ((IMessageStore)Store).GetAbility<IErasureStore>()!;
        var steps = await ErasureSteps.SearchAsync(store, User, Cancelled);
        var remaining = steps.SelectMany(step => step.Findings.Remaining);
        var others = steps.SelectMany(step => step.Findings.TextOfOthers);

        remaining.Select(trace => (trace.Key, trace.Field)).Should().BeEquivalentTo(
        [
            ("chatroom:{lobby}:m:0", "77"), ("chatroom:{lobby}:m:0", "78"), ("chatroom:{lobby}:read", User), ($"chatroom:{{lobby}}:u:{User}", null),
            ("chatroom:{directory:3}:due", $"1\nid\n{User}\nlobby"), ("chatroom:{lobby}:unknown", ""),
        ]);
        others.Should().Contain(new ErasureTrace("chatroom:{lobby}:m:0", "1")).And.Contain(new ErasureTrace("chatroom:{user:bob}:drafts", "lobby"))
            .And.Contain(trace => trace.Key.StartsWith($"chatroom:{{the room of {User}}}", StringComparison.Ordinal)).And.NotContain(new ErasureTrace("chatroom:{lobby}:m:0", "2"));
    }

    [Fact]
    public async Task The_hash_of_a_room_that_only_the_mark_created_is_gone_afterward()
    {
        await Chat.Room("quiet").Presence.EnterAsync(User, Cancelled);

        await Chat.User(User).EraseAsync(cancellationToken: Cancelled);

        (await OccurrencesAsync(User)).Should().BeEmpty();
        (await Chat.Room("quiet").Presence.ListAsync(cancellationToken: Cancelled)).Users.Should().BeEmpty();
    }

    [Fact]
    public async Task A_room_whose_deletion_was_interrupted_is_deleted()
    {
        await EveryFeature.UseAsync(Chat, Store, "lobby", User, Bob, Cancelled);
        var epoch = await Database.HashGetAsync("chatroom:{lobby}", "epoch");
        await Database.HashSetAsync("chatroom:{lobby}", [new("epoch", "!"), new("gone", $$"""{{epoch}} {"u":"{{User}}"}""")]);

        await Chat.User(User).EraseAsync(cancellationToken: Cancelled);

        (await OccurrencesAsync(User)).Should().BeEmpty();
        (await Chat.Rooms.GetInfoAsync("lobby", Cancelled)).Exists.Should().BeFalse();
    }

    [Fact]
    public async Task A_room_that_is_being_imported_is_refused_before_anything_is_changed()
    {
        const string imported = "lobby";
        await EveryFeature.UseAsync(Chat, Store, "lobby", User, Bob, Cancelled);
        var redis = Database;
        var epoch = await redis.HashGetAsync($"chatroom:{{{imported}}}", "epoch");
        await redis.HashSetAsync($"chatroom:{{{imported}}}", [new("epoch", "!"), new("gone", $"{epoch} {{}}"), new("import", "an-export 1")]);
        var before = await RoomDump.TakeAsync(Admin, "chatroom:{lobby");

        var refused = await Assert.ThrowsAsync<ChatInputException>(() => Chat.User(User).EraseAsync(cancellationToken: Cancelled));

        refused.Message.Should().Contain("import").And.Contain("'lobby'").And.Contain("delete the room");
        (await RoomDump.TakeAsync(Admin, "chatroom:{lobby")).Where(IsLasting).Should().Equal(before.Where(IsLasting));
        await redis.HashSetAsync($"chatroom:{{{imported}}}", "epoch", epoch);
        await redis.HashDeleteAsync($"chatroom:{{{imported}}}", ["gone", "import"]);
        (await Chat.User(User).EraseAsync(cancellationToken: Cancelled)).Findings!.Remaining.Should().BeEmpty();
        (await OccurrencesAsync(User)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_revocation_stays_in_the_change_log_until_processes_that_lost_its_event_have_found_it()
    {
        await using var store = new RedisMessageStore(Admin, new RedisStoreOptions { LiveProbeInterval = TimeSpan.FromSeconds(1) });
        var chat = new Chat(store);
        await chat.SendAsync("lobby", User, "hello", Cancelled);
        await using var monitor = await RedisMonitor.StartAsync(Server);

        (await chat.User(User).EraseAsync(cancellationToken: Cancelled)).Findings!.IsClean.Should().BeTrue();

        var changes = (await monitor.StopAsync(Admin)).FindAll(line => line.Contains(" lua]", StringComparison.Ordinal)
            && line.Contains("\"chatroom:{user:%}:changed\"", StringComparison.Ordinal) && line.Contains($":o:{User}", StringComparison.Ordinal));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', changes));
        (At("ZREM") - At("ZADD")).Should().BeGreaterThan(2.9m, "a probe comes every second, and two may fail");
        (await OccurrencesAsync(User)).Should().BeEmpty();

        // When the server ran it, in seconds.
        decimal At(string command) =>
            decimal.Parse(changes.Single(line => line.Contains($"\"{command}\"", StringComparison.Ordinal)).Split(' ')[0].TrimStart('+'), CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("moderator")]
    [InlineData("Smith")]
    [InlineData("bob")]
    public async Task An_id_that_is_a_number_a_word_or_the_end_of_another_id_becomes_clean(string? id)
    {
        await EveryFeature.UseAsync(Chat, Store, "lobby", "John Smith", "team:bob", Cancelled);
        await Chat.SendAsync("lobby", new NewMessage("team:bob", "hello") { IsFromApplication = true, Mentions = [Mention.Everyone], ExpiresAfter = TimeSpan.FromHours(1) }, Cancelled);
        var user = Chat.User(id ?? (string)(await Database.HashGetAsync("chatroom:{lobby}", "last"))!);

        (await user.EraseAsync(new ErasureOptions { IsDryRun = true }, cancellationToken: Cancelled)).Rooms.Should().Be(0);
        (await user.EraseAsync(cancellationToken: Cancelled)).Findings!.Remaining.Should().BeEmpty();
    }

    [Fact]
    public async Task Messages_and_mentions_in_many_sealed_buckets_take_several_small_changes()
    {
        const int Buckets = 20;
        for (var n = 0; n < Buckets; n++)
        {
            await Chat.SendManyAsync("lobby", [.. Enumerable.Range(0, 128).Select(i => new NewMessage(i == 60 ? User : Bob, "hello") { Mentions = i == 70 ? [Mention.User(User)] : [] })], Cancelled);
        }

        await Store.SealedAsync();
        var before = await Database.HashGetAsync("chatroom:{lobby}", "rev");

        var report = await Chat.User(User).EraseAsync(new ErasureOptions { Mode = ErasureMode.Anonymize }, cancellationToken: Cancelled);

        report.Findings!.Remaining.Should().BeEmpty();
        report.Messages.Should().Be(Buckets);
        (await OccurrencesAsync(User)).Should().BeEmpty();
        var changes = (await Database.SortedSetRangeByScoreAsync("chatroom:{lobby}:changed")).Select(entry => (string)entry!).Where(entry => entry.Split(':') is [_, "u", ..]).ToList();
        changes.Should().HaveCountGreaterThanOrEqualTo(3, "each changes 8 buckets at most (revision before: {0})", before);
    }

    [Fact]
    public async Task Values_that_are_not_the_chats_stay_and_are_reported()
    {
        var redis = Database;
        await Chat.SendAsync("lobby", User, "hello", Cancelled);
        await redis.StringSetAsync("chatroom:{lobby}:members", User);
        await redis.HashSetAsync("chatroom:{lobby}:pins", "1", $$"""not a pin {"u":"{{User}}"}""");
        await redis.StringSetAsync("chatroom:{broken}", User);
        await redis.HashSetAsync("chatroom:{broken}:members", User, "not a member");

        var report = await Chat.User(User).EraseAsync(cancellationToken: Cancelled);

        report.Findings!.IsClean.Should().BeFalse();
        report.Findings.Remaining.Select(trace => trace.Key).Should().Contain(["chatroom:{broken}", "chatroom:{broken}:members", "chatroom:{lobby}:members"]);
        (await redis.StringGetAsync("chatroom:{lobby}:members")).ToString().Should().Be(User);
        (await Chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Should().BeEmpty();
    }

    [Fact]
    public async Task An_erasure_with_a_key_scheme_that_does_not_tell_rooms_apart_is_refused_with_advice()
    {
        await using var store = new RedisMessageStore(Admin, null, new OpaqueScheme());
        var chat = new Chat(store);
        await chat.SendAsync("lobby", User, "hello", Cancelled);

        var refused = await Assert.ThrowsAsync<NotSupportedException>(() => chat.User(User).EraseAsync(cancellationToken: Cancelled));

        refused.Message.Should().Contain(nameof(OpaqueScheme)).And.Contain("hash tag");
    }

    private static bool IsLasting(string line) => !line.Contains(":here", StringComparison.Ordinal) && !line.Contains(":sent:", StringComparison.Ordinal) && !line.Contains(":rates ", StringComparison.Ordinal);

    /// <summary>Where a text occurs in the keyspace: in names, and in whatever they hold, also inside of sealed buckets.</summary>
    private async Task<List<string>> OccurrencesAsync(string text)
    {
        var hex = Convert.ToHexString(Encoding.UTF8.GetBytes(text));
        var found = (await RoomDump.TakeAsync(Admin, "")).Where(line => line.Contains(text, StringComparison.Ordinal) || line.Contains(hex, StringComparison.Ordinal)).ToList();
        foreach (var key in Admin.GetServers()[0].Keys(pattern: "*:sealed"))
        {
            foreach (var field in await Database.HashGetAllAsync(key))
            {
                using var bucket = SealedBucket.TryOpen((long)field.Name, ((ReadOnlyMemory<byte>)field.Value).Span);
                found.AddRange(Enumerable.Range(0, Buckets.Size).Select(n => ((long)field.Name * Buckets.Size) + n)
                    .Where(id => bucket!.TryGet(id, out var value) && Encoding.UTF8.GetString(value.Span).Contains(text, StringComparison.Ordinal)).Select(id => $"{key} {id}"));
            }
        }

        return found;
    }

    private sealed class OpaqueScheme : IRoomKeyScheme
    {
        public string Directory(int shard) => $"d{shard}";

        public string Room(string room) => $"r{room.Length}{Math.Abs(StringComparer.Ordinal.GetHashCode(room))}";

        public string User(string user) => $"u{user}";
    }
}
