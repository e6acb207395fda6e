using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.ReadMarkers;

/// <summary>How read markers are stored, and what becomes of data that is none.</summary>
public sealed class ReadMarkerStorageTests(TestServer server) : IAsyncLifetime
{
    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private RedisMessageStore _store = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IDatabase Database => server.Connection.GetDatabase();

    private string Room => $"{_prefix}:{{lobby}}";

    private string Key => $"{Room}:read";

    private ChatRoom Target => new Chat(_store).Room("lobby");

    public ValueTask InitializeAsync()
    {
        _store = NewStore();
        return default;
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Markers_are_stored_as_documented_and_published()
    {
        await Target.SendManyAsync([new("alice", "one"), new("alice", "two")], Cancelled);
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var subscriber = server.Connection.GetSubscriber();
        await subscriber.SubscribeAsync(RedisChannel.Literal($"{Room}:live"), (_, payload) => heard.TrySetResult(payload!));

        var marker = await Target.ReadMarkers.MarkReadAsync("böb: 1st", 2, Cancelled);

        var value = $"2 {Micros.FromTime(marker.At)}";
        (await Database.HashGetAllAsync(Key)).ToStringDictionary().Should().Equal(new Dictionary<string, string> { ["böb: 1st"] = value });
        (await heard.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancelled)).Should().Be($"R {value}\nböb: 1st");
        (await Database.HashKeysAsync(Room)).Select(field => (string)field!).Should().BeEquivalentTo("epoch", "last", "at");
        (await Database.KeyExistsAsync($"{Room}:changed")).Should().BeFalse();
    }

    [Fact]
    public async Task A_new_member_is_at_the_last_message_from_the_revision_of_joining_on()
    {
        await Target.SendManyAsync([new("alice", "one"), new("alice", "two")], Cancelled);
        await Target.Members.JoinAsync("bob", Cancelled);
        (await Database.HashGetAsync(Key, "bob")).Should().Be($"2 {await Database.HashGetAsync(Room, "rev")}");
        await Target.Members.LeaveAsync("bob", Cancelled);
        (await Database.KeyExistsAsync(Key)).Should().BeFalse();
    }

    [Fact]
    public async Task Reading_and_sending_write_nothing()
    {
        await Target.SendAsync("alice", "hello", Cancelled);
        await Target.ReadMarkers.GetUnreadAsync("bob", Cancelled);
        await Target.ReadMarkers.GetAsync("bob", Cancelled);
        await Target.ReadMarkers.ListAsync(cancellationToken: Cancelled);
        await Assert.ThrowsAsync<ChatInputException>(() => Target.ReadMarkers.MarkReadAsync("bob", 2, Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => new Chat(_store).Room("never").ReadMarkers.MarkReadAsync("bob", 1, Cancelled));

        (await Database.KeyExistsAsync(Key)).Should().BeFalse();
        (await Database.HashKeysAsync(Room)).Select(field => (string)field!).Should().BeEquivalentTo("epoch", "last", "at");
        (await Database.KeyExistsAsync($"{_prefix}:{{never}}")).Should().BeFalse();
    }

    [Fact]
    public async Task A_marker_that_is_left_behind_above_the_last_message_counts_as_that_message()
    {
        await Target.SendManyAsync([new("alice", "one"), new("alice", "two")], Cancelled);
        await Database.HashSetAsync(Key, "bob", "900 1");

        (await Target.ReadMarkers.GetAsync("bob", Cancelled))!.MessageId.Should().Be(2);
        (await Target.ReadMarkers.GetUnreadAsync("bob", Cancelled)).Count.Should().Be(0);
        (await Target.ReadMarkers.ListAsync(cancellationToken: Cancelled)).Markers.Should().ContainSingle().Which.MessageId.Should().Be(2);
        (await Target.ReadMarkers.ListAsync(readUpTo: 3, cancellationToken: Cancelled)).Markers.Should().BeEmpty();
        (await Target.ReadMarkers.MarkUnreadAsync("bob", 2, Cancelled)).MessageId.Should().Be(1);
        (await Target.ReadMarkers.GetUnreadAsync("bob", Cancelled)).Count.Should().Be(1);
    }

    [Theory]
    [InlineData("read", "x")]
    [InlineData("read", "12")]
    [InlineData("read", "1 2 3")]
    [InlineData("read", "0x1 5")]
    [InlineData("read", "-1 5")]
    [InlineData("read", "99999999999999999 5")]
    public async Task A_field_that_is_no_marker_is_one_clear_error_that_does_not_name_the_user(string suffix, string value)
    {
        await Target.SendAsync("alice", "hello", Cancelled);
        await Database.HashSetAsync($"{Room}:{suffix}", "bobby", value);

        foreach (var call in (Func<Task>[])
        [
            () => Target.ReadMarkers.GetAsync("bobby", Cancelled),
            () => Target.ReadMarkers.GetUnreadAsync("bobby", Cancelled),
            () => Target.ReadMarkers.MarkReadAsync("bobby", 1, Cancelled),
            () => Target.ReadMarkers.ListAsync(cancellationToken: Cancelled),
        ])
        {
            var error = await Assert.ThrowsAsync<ChatDataException>(call);
            error.Message.Should().NotContain("bobby");
            error.Room.Should().Be("lobby");
        }

        (await Database.HashGetAsync(Key, "bobby")).Should().Be(value);
        (await Target.ReadMarkers.MarkReadAsync("carol", 1, Cancelled)).MessageId.Should().Be(1);
    }

    [Fact]
    public async Task A_broken_room_does_not_take_the_others_down()
    {
        string[] rooms = ["lobby", "type", "counters", "member", "marker", "sealed", "fine"];
        foreach (var room in rooms)
        {
            await new Chat(_store).SendManyAsync(room, [.. Enumerable.Range(0, 128).Select(n => new NewMessage("alice", $"{n}"))], Cancelled);
        }

        await Database.StringSetAsync($"{_prefix}:{{type}}:read", "x");
        await Database.HashSetAsync($"{_prefix}:{{counters}}", "last", "many");
        await new Chat(_store).Room("member").Members.JoinAsync("bob", Cancelled);
        await Database.HashSetAsync($"{_prefix}:{{member}}:members", "bob", "x");
        await Database.HashSetAsync($"{_prefix}:{{marker}}:read", "bob", "x");
        await Database.KeyDeleteAsync($"{_prefix}:{{sealed}}:m:0");
        await Database.HashSetAsync($"{_prefix}:{{sealed}}:sealed", "0", "not a bucket");

        var read = await ((IMessageStore)_store).GetAbility<IReadMarkerStore>()!.ReadUserRoomsAsync("bob", rooms, Cancelled);

        read.Select(room => (room.Room, room.Error?.GetType())).Should().Equal(rooms.Select(
            room => (room, room is "type" or "counters" or "member" or "marker" ? typeof(ChatDataException) : null)));
        read.Where(room => room.Error is null).Select(room => (room.Room, room.Unread.ToString(), room.LastMessage?.Id)).Should().Equal(
            ("lobby", "99+", 128), ("sealed", "1", 128), ("fine", "99+", 128));
    }

    [Fact]
    public async Task A_value_that_is_no_message_is_left_out_but_counts()
    {
        await Target.SendManyAsync([new("alice", "one"), new("alice", "two"), new("alice", "three")], Cancelled);
        await Database.HashSetAsync($"{Room}:m:0", "3", "not a message");

        var room = (await ((IMessageStore)_store).GetAbility<IReadMarkerStore>()!.ReadUserRoomsAsync("bob", ["lobby"], Cancelled))[0];

        (room.Error, room.LastMessage!.Text, room.Unread.Count).Should().Be((null, "two", 3));
    }

    [Fact]
    public async Task While_buckets_are_sealed_the_count_stays_exact()
    {
        await using var sealing = NewStore(sealAfter: 1);
        await new Chat(sealing).SendManyAsync("lobby", [.. Enumerable.Range(0, 60).Select(n => new NewMessage(n % 3 == 0 ? "alice" : "bob", $"{n}"))], Cancelled);
        for (var id = 1; id <= 6; id++)
        {
            await new Chat(sealing).DeleteAsync("lobby", id, Actor.Application, cancellationToken: Cancelled);
        }

        await Target.ReadMarkers.MarkReadAsync("alice", 2, Cancelled);
        var sending = Task.Run(async () =>
        {
            for (var sent = 0; sent < 60; sent++)
            {
                await new Chat(sealing).SendManyAsync("lobby", [.. Enumerable.Range(0, 50).Select(n => new NewMessage("alice", $"own {n}"))], Cancelled);
                await sealing.SealedAsync();
            }
        });

        var readings = 0;
        for (; !sending.IsCompleted || readings < 10; readings++)
        {
            (await Target.ReadMarkers.GetUnreadAsync("alice", Cancelled)).Should().Be(new UnreadCount(36, false));
        }

        await sending;
        (await Database.HashLengthAsync($"{Room}:sealed")).Should().BeGreaterThan(15);
    }

    private RedisMessageStore NewStore(int? sealAfter = null) =>
        new(ConfigurationOptions.Parse(server.Configuration!), new RedisStoreOptions { KeyPrefix = _prefix, SealAfter = sealAfter });
}
