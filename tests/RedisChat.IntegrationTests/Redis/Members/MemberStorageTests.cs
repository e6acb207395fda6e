using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Members;

/// <summary>How members and rules are stored, and what they cost.</summary>
public sealed class MemberStorageTests(TestServer server)
{
    private readonly string _prefix = $"test-{Guid.NewGuid():n}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IDatabase Database => server.Connection.GetDatabase();

    private string Room => $"{_prefix}:{{lobby}}";

    [Fact]
    public async Task Members_and_rules_are_stored_as_documented()
    {
        await using var store = NewStore();
        var room = new Chat(store).Room("lobby");
        var olga = await room.Members.SetRoleAsync("olga", RoomRole.Owner, Actor.Application, cancellationToken: Cancelled);
        var first = await RevisionAsync();
        await room.Members.InviteAsync("carol", "olga", RoomRole.Reader, "welcome \"you\"", Cancelled);
        await room.Members.BanAsync("bob: 1st", "olga", reason: "spam", cancellationToken: Cancelled);
        var third = await RevisionAsync();
        await room.Rules.ChangeAsync("olga", rules => rules with { SlowMode = TimeSpan.FromSeconds(10), Flood = new FloodLimit(5, TimeSpan.FromSeconds(2)) }, Cancelled);
        var fourth = await RevisionAsync();
        await room.SendAsync("alice", "hello", Cancelled);

        var members = (await Database.HashGetAllAsync($"{Room}:members")).ToStringDictionary();
        members["olga"].Should().Be($"{first} owner 0 0 {Micros.FromTime(olga.JoinedAt!.Value)} {{}}");
        members["carol"].Should().EndWith(""" - 0 0 0 {"i":{"u":"olga","r":"welcome \"you\"","role":"reader"}}""");
        members["bob: 1st"].Should().Be(third + """ - 9000000000000000 0 0 {"b":{"u":"olga","r":"spam"}}""");
        members.Should().HaveCount(3);
        var fields = (await Database.HashGetAllAsync(Room)).ToStringDictionary();
        fields["rules"].Should().Be(
            $"{fourth} - 10000 5 2000 -=rjsce owner=rjscepdikbmgxy moderator=rjscepdikbmxy member=rjsce reader=rje");
        (fields["uses"], fields["members"], fields["owners"]).Should().Be(("g", "1", "1"));
        (await Database.SortedSetRangeByRankAsync($"{Room}:changed", -2)).Select(entry => (string?)entry)
            .Should().Equal($"{third}:m:bob%3A%201st", $"{fourth}:s:rules");
        var rates = (await Database.HashGetAllAsync($"{Room}:rates")).ToStringDictionary();
        rates["alice"].Should().Be($"{fields["at"]} {long.Parse(fields["at"], System.Globalization.CultureInfo.InvariantCulture) + 2_000_000}");
        (await Database.KeyTimeToLiveAsync($"{Room}:rates")).Should().BeCloseTo(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_room_without_rules_has_no_key_and_no_field_of_them()
    {
        await using var store = NewStore();
        var room = new Chat(store).Room("lobby");
        await room.SendAsync("alice", "hello", Cancelled);
        await room.Members.GetAsync("alice", Cancelled);
        await room.Members.LeaveAsync("alice", Cancelled);
        await room.Rules.ChangeAsync(Actor.Application, rules => rules, Cancelled);

        (await Database.HashKeysAsync(Room)).Select(field => (string)field!).Should().BeEquivalentTo("epoch", "last", "at");
        (await Database.KeyExistsAsync($"{Room}:members")).Should().BeFalse();
        (await Database.KeyExistsAsync($"{Room}:changed")).Should().BeFalse();
    }

    [Fact]
    public async Task Rules_that_cannot_be_read_are_one_clear_error_and_nothing_is_written()
    {
        await using var store = NewStore();
        var room = new Chat(store).Room("lobby");
        await room.Members.JoinAsync("alice", Cancelled);
        await room.SendAsync("alice", "hello", Cancelled);
        await Database.HashSetAsync(Room, "rules", "no rules");

        await Assert.ThrowsAsync<ChatDataException>(() => room.SendAsync("alice", "again", Cancelled));
        await Assert.ThrowsAsync<ChatDataException>(() => room.EditAsync(1, "alice", "edited", Cancelled));
        await Assert.ThrowsAsync<ChatDataException>(() => room.Rules.GetAsync(Cancelled));
        var error = await Assert.ThrowsAsync<ChatDataException>(() => room.Members.BanAsync("alice", Actor.Application, cancellationToken: Cancelled));
        (error.Key, error.Field, error.Room).Should().Be((Room, "rules", "lobby"));
        (await Database.HashGetAsync(Room, "last")).Should().Be(1);
    }

    [Fact]
    public async Task A_member_that_cannot_be_read_is_one_clear_error_that_does_not_name_the_user()
    {
        await using var store = NewStore();
        var room = new Chat(store).Room("lobby");
        await room.Members.JoinAsync("alice", Cancelled);
        await Database.HashSetAsync($"{Room}:members", "alice", "nobody");

        await Assert.ThrowsAsync<ChatDataException>(() => room.SendAsync("alice", "again", Cancelled));
        var error = await Assert.ThrowsAsync<ChatDataException>(() => room.Members.GetAsync("alice", Cancelled));
        error.Key.Should().Be($"{Room}:members");
        error.Message.Should().NotContain("alice");
        (await room.SendAsync("bob", "hello", Cancelled)).Id.Should().Be(1);
    }

    private RedisMessageStore NewStore() =>
        new(ConfigurationOptions.Parse(server.Configuration!), new RedisStoreOptions { KeyPrefix = _prefix });

    private async Task<string> RevisionAsync() => (await Database.HashGetAsync(Room, "rev"))!;
}
