using RedisChat.IntegrationTests.Hostile;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Mentions;

/// <summary>How mentions are stored, and that nothing is left of them, whatever happens.</summary>
public sealed class MentionStorageTests(TestServer server)
{
    private const string Mentioned = "xylophonist";

    private readonly string _prefix = $"test-{Guid.NewGuid():n}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IDatabase Database => server.Connection.GetDatabase();

    private string Room => $"{_prefix}:{{lobby}}";

    [Fact]
    public async Task Mentions_are_stored_as_documented()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await chat.SendAsync("lobby", New("alice", Mention.User("tom:2"), Mention.Role("moderator"), Mention.Everyone, Mention.User("alice")), Cancelled);
        await chat.SendAsync("lobby", New("bob", Mention.User("tom:2")), Cancelled);
        await chat.EditAsync("lobby", 2, "bob", new MessageEdit("two") { Mentions = [Mention.User("carol")] }, Cancelled);

        var room = (await Database.HashGetAllAsync(Room)).ToStringDictionary();
        room["uses"].Should().Be("n");
        var messages = (await Database.HashGetAllAsync($"{Room}:m:0")).ToStringDictionary();
        messages["1"].Should().Be($$"""{"t":{{Micros.FromTime((await chat.GetAsync("lobby", 1, Cancelled))!.Timestamp)}},"u":"alice","c":"hello","n":["&moderator","*","@alice","@tom:2"]}""");
        messages["2"].Should().EndWith(""","u":"bob","c":"two","n":["@carol"],"v":2,"e":""" + room["rev"] + "}");
        (await SetAsync("")).Should().Equal("&moderator:0000000000000001:alice", "*:0000000000000001:alice");
        (await SetAsync(":tom%3A2")).Should().Equal("0000000000000001");
        (await SetAsync(":carol")).Should().Equal("0000000000000002");
        (await Database.KeyExistsAsync($"{Room}:mentions:alice")).Should().BeFalse("authors do not mention themselves");
        (await Database.SortedSetRangeByRankWithScoresAsync($"{Room}:mentions")).Should().OnlyContain(entry => entry.Score == 0);
    }

    [Fact]
    public async Task A_room_without_mentions_has_no_key_and_no_field_of_them()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await chat.SendManyAsync("lobby", [new("alice", "one"), new("alice", "two") { Mentions = [Mention.User("alice")] }, new("alice", "three")], Cancelled);
        await chat.EditAsync("lobby", 1, "alice", new MessageEdit("uno") { Mentions = [Mention.User("alice")] }, Cancelled);
        await chat.EditAsync("lobby", 1, "alice", new MessageEdit("uno") { Mentions = [] }, Cancelled);
        await chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled);
        await chat.Room("lobby").DeleteManyAsync(MessageSelection.Of(2), Actor.Application, cancellationToken: Cancelled);
        (await chat.Room("lobby").Mentions.ListAsync("alice", cancellationToken: Cancelled)).Messages.Should().BeEmpty();

        (await Database.HashKeysAsync(Room)).Select(field => (string)field!).Should().BeEquivalentTo("epoch", "last", "at", "rev", "deleted");
        Keys().Should().NotContain(key => key.Contains("mentions", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deleted_message_leaves_no_mention_behind()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        for (var i = 0; i < 300; i += 100)
        {
            await chat.SendManyAsync("lobby", [.. Enumerable.Range(0, 100).Select(_ => New("alice", Mention.User(Mentioned), Mention.Role("moderator"), Mention.Everyone))], Cancelled);
        }

        await store.SealedAsync();
        await chat.EditAsync("lobby", 5, "alice", new MessageEdit("sealed") { Mentions = [Mention.User(Mentioned), Mention.User("carol")] }, Cancelled);
        await chat.EditAsync("lobby", 290, "alice", new MessageEdit("open") { Mentions = [Mention.User("carol")] }, Cancelled);
        await chat.DeleteAsync("lobby", 5, "alice", cancellationToken: Cancelled);
        await chat.DeleteAsync("lobby", 290, "alice", cancellationToken: Cancelled);
        (await SetAsync($":{Mentioned}")).Should().HaveCount(298).And.NotContain("0000000000000005");
        (await SetAsync("")).Should().HaveCount(2 * 298);
        await chat.Room("lobby").DeleteManyAsync(MessageSelection.By("alice"), Actor.Application, cancellationToken: Cancelled);

        foreach (var key in Keys())
        {
            key.Should().NotContain(":mentions");
            System.Text.Encoding.UTF8.GetString((await Database.KeyDumpAsync(key))!).Should().NotContain(Mentioned);
        }
    }

    [Theory]
    [InlineData("mentions:bob")]
    [InlineData("mentions")]
    [InlineData("mentions:zoe")]
    public async Task A_send_that_fails_in_the_middle_leaves_nothing(string broken)
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await chat.SendAsync("lobby", New("alice", Mention.User("bob")), Cancelled);
        await Database.KeyDeleteAsync($"{Room}:mentions:bob");
        await Database.HashDeleteAsync(Room, "uses");
        await Database.ListLeftPushAsync($"{Room}:{broken}", "another type");
        var before = await DumpAsync();

        await Assert.ThrowsAsync<ChatDataException>(() => chat.SendManyAsync(
            "lobby", [New("alice", Mention.User("bob"), Mention.Everyone), New("carol", Mention.Role("vip"), Mention.User("zoe"))], Cancelled));

        (await DumpAsync()).Should().Equal(before);
    }

    [Fact]
    public async Task An_edit_and_deletions_that_fail_in_the_middle_leave_everything_as_it_was()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await chat.SendManyAsync("lobby", [New("alice", Mention.User("bob"), Mention.Everyone), New("alice", Mention.User("bob"))], Cancelled);
        await Database.ListLeftPushAsync($"{Room}:changed", "another type");
        var before = await DumpAsync();

        await Assert.ThrowsAsync<ChatDataException>(() => chat.EditAsync("lobby", 1, "alice", new MessageEdit("x") { Mentions = [Mention.User("carol"), Mention.Role("vip")] }, Cancelled));
        await Assert.ThrowsAsync<ChatDataException>(() => chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ChatDataException>(() => chat.Room("lobby").DeleteManyAsync(MessageSelection.Between(1, 2), Actor.Application, cancellationToken: Cancelled));

        (await DumpAsync()).Should().Equal(before);
    }

    [Fact]
    public async Task Edits_and_deletions_at_once_leave_exactly_the_mentions_of_what_is_there()
    {
        await using var one = NewStore();
        await using var two = NewStore();
        string[] users = ["ann", "bob", "carol"];
        for (var round = 0; round < 5; round++)
        {
            var first = (await new Chat(one).SendManyAsync("lobby", [.. Enumerable.Range(0, 60).Select(_ => New("alice", Mention.User("ann")))], Cancelled))[0].Id;
            await Task.WhenAll(
                EditAsync(one, first, 1), EditAsync(two, first, 2),
                new Chat(one).Room("lobby").DeleteManyAsync(MessageSelection.Between(first + 10, first + 30), Actor.Application, cancellationToken: Cancelled),
                new Chat(two).Room("lobby").DeleteManyAsync(MessageSelection.Of(Enumerable.Range(0, 20).Select(i => first + (i * 3))), Actor.Application, cancellationToken: Cancelled),
                Task.WhenAll(Enumerable.Range(31, 10).Select(i => new Chat(two).DeleteAsync("lobby", first + i, Actor.Application, cancellationToken: Cancelled))));
        }

        var messages = new List<Message>();
        await foreach (var message in new Chat(one).ReceiveAllAsync("lobby", cancellationToken: Cancelled))
        {
            messages.Add(message);
        }

        messages.Should().NotBeEmpty();
        foreach (var user in users)
        {
            (await SetAsync($":{user}")).Should().Equal(messages.Where(message => message.Mentions.Contains(Mention.User(user))).Select(message => $"{message.Id:d16}"));
        }

        (await SetAsync("")).Should().Equal(messages.Where(message => message.Mentions.Contains(Mention.Everyone)).Select(message => $"*:{message.Id:d16}:alice"));

        async Task EditAsync(RedisMessageStore store, long first, int seed)
        {
            var random = new Random(seed);
            for (var i = 0; i < 100; i++)
            {
                var id = first + random.Next(60);
                var mentions = users.Where(_ => random.Next(2) == 0).Select(Mention.User).ToList();
                await new Chat(store).EditAsync("lobby", id, Actor.Application, new MessageEdit($"{seed} {i}") { Mentions = [.. mentions, .. random.Next(2) == 0 ? [Mention.Everyone] : Array.Empty<Mention>()] }, Cancelled);
            }
        }
    }

    [Fact]
    public async Task Rules_of_an_earlier_version_let_owners_mention_everyone_and_others_once_they_get_the_right()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        var room = chat.Room("lobby");
        await room.Members.SetRoleAsync("olga", RoomRole.Owner, Actor.Application, cancellationToken: Cancelled);
        await room.Members.SetRoleAsync("mia", RoomRole.Moderator, Actor.Application, cancellationToken: Cancelled);
        var rules = (string)(await Database.HashGetAsync(Room, "rules"))!;
        await Database.HashSetAsync(Room, "rules", $"{rules.Split(' ')[0]} - 0 0 0 -=rjsce owner=rjscepdikbmgx moderator=rjscepdikbmx member=rjsce reader=rje");

        (await room.SendAsync(new NewMessage("olga", "all") { Mentions = [Mention.Everyone] }, Cancelled)).Id.Should().Be(1);
        (await Assert.ThrowsAsync<ChatForbiddenException>(() => room.SendAsync(new NewMessage("mia", "all") { Mentions = [Mention.Everyone] }, Cancelled)))
            .Reason.Should().Be(ForbiddenReason.NotPermitted);
        (await room.Rules.ChangeAsync("olga", now => now with { SlowMode = TimeSpan.FromMilliseconds(1) }, Cancelled)).Roles[0].Rights.Should().Be(RoomRights.All);
        await Assert.ThrowsAsync<ChatForbiddenException>(() => room.SendAsync(new NewMessage("mia", "all") { Mentions = [Mention.Everyone] }, Cancelled));

        await room.Rules.ChangeAsync("olga", now => now with { Roles = RoomRole.Defaults }, Cancelled);
        (await room.SendAsync(new NewMessage("mia", "all") { Mentions = [Mention.Everyone] }, Cancelled)).Id.Should().Be(2);
    }

    [Fact]
    public async Task A_key_that_holds_something_else_is_one_clear_error()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await chat.SendAsync("lobby", New("alice", Mention.User("bob")), Cancelled);
        await Database.KeyDeleteAsync($"{Room}:mentions:bob");
        await Database.StringSetAsync($"{Room}:mentions:bob", "another type");

        await Assert.ThrowsAsync<ChatDataException>(() => chat.Room("lobby").Mentions.ListAsync("bob", cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ChatDataException>(() => chat.Room("lobby").ReadMarkers.GetUnreadMentionsAsync("bob", Cancelled));
        (await chat.Room("lobby").ReadMarkers.GetUnreadAsync("carol", Cancelled)).Count.Should().Be(1);
    }

    [Fact]
    public async Task The_most_mentions_in_the_largest_batch_are_stored_and_deleted()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        Mention[] users = [.. Enumerable.Range(0, ChatLimits.MaxMentions).Select(i => Mention.User($"user {i}"))];
        Mention[] roles = [.. Enumerable.Range(0, ChatLimits.MaxMentions).Select(i => Mention.Role($"role-{i}"))];

        await chat.SendManyAsync("lobby", [.. Enumerable.Range(0, ChatLimits.MaxBatchSize).Select(i => New("alice", i % 2 == 0 ? users : roles))], Cancelled);

        (await Database.SortedSetLengthAsync($"{Room}:mentions")).Should().Be(ChatLimits.MaxBatchSize / 2 * ChatLimits.MaxMentions);
        (await Database.SortedSetLengthAsync($"{Room}:mentions:user 7")).Should().Be(ChatLimits.MaxBatchSize / 2);
        await chat.Room("lobby").DeleteManyAsync(MessageSelection.By("alice"), Actor.Application, cancellationToken: Cancelled);
        Keys().Should().NotContain(key => key.Contains("mentions", StringComparison.Ordinal));
    }

    private static NewMessage New(string user, params Mention[] mentions) => new(user, "hello") { IsFromApplication = true, Mentions = [.. mentions] };

    private async Task<IEnumerable<string>> SetAsync(string suffix) => (await Database.SortedSetRangeByRankAsync($"{Room}:mentions{suffix}")).Select(member => (string)member!);

    private IEnumerable<string> Keys() => server.Connection.GetServers()[0].Keys(pattern: $"{_prefix}*").Select(key => (string)key!);

    private async Task<IEnumerable<string>> DumpAsync() =>
        (await RoomDump.TakeAsync(server.Connection, _prefix)).Where(line => !line.Contains(":sent:", StringComparison.Ordinal));

    private RedisMessageStore NewStore()
    {
        server.NeedRedis("Garnet has neither DUMP of all types nor the errors of a key of another type.");
        return new(ConfigurationOptions.Parse(server.Configuration!), new RedisStoreOptions { KeyPrefix = _prefix, SealAfter = 1 });
    }
}
