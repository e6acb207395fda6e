using System.Text;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Encryption;

/// <summary>Keys that are rotated or deleted after a process has read them, while a command that writes with them is on its way; and what scheduling and notices cost in encrypted rooms.</summary>
public sealed class KeyRaceTests(TestServer server) : IAsyncLifetime
{
    private static readonly DateTimeOffset Later = DateTimeOffset.UtcNow.AddDays(1);
    private static readonly Attachment Picture = new() { Kind = "image", Name = "a", MediaType = "image/png", Size = 7, Address = "a" };

    private static readonly string[] Script = ["EVALSHA"];
    private static readonly string[] Keys = ["HGETALL"];
    private static readonly string[] Read = ["HGET"];
    private static readonly string[] Entry = ["ZADD"];

    private EncryptedChats _chats = null!;
    private StepProxy _proxy = null!;
    private ConnectionMultiplexer _connection = null!;
    private RedisMessageStore _store = null!;
    private Chat _slow = null!;
    private Chat _other = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IDatabase Database => server.Connection.GetDatabase();

    public async ValueTask InitializeAsync()
    {
        _chats = new EncryptedChats(server.Configuration!);
        _proxy = new StepProxy(server.Connection.GetEndPoints()[0], _chats.Prefix);
        _connection = await ConnectionMultiplexer.ConnectAsync(_proxy.Configure($"{server.Configuration},asyncTimeout=60000"));
        _store = new RedisMessageStore(
            RedisConnection.Shared(_connection), new RedisStoreOptions { KeyPrefix = _chats.Prefix, SealAfter = null, LiveProbeInterval = TimeSpan.FromMinutes(1) },
            null, null, null, new ChatEncryption(_chats.Ring, null));
        _slow = new Chat(_store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) }, attachments: new Nobody());
        _other = _chats.NewChat();

        // The first use of a script on a connection loads it; later uses send only its hash. Then the process knows the room and its keys.
        foreach (var room in new[] { "warm up", "lobby" })
        {
            await _slow.SendManyAsync(room, [New("one"), New("two"), New("three")], Cancelled);
            var scheduled = await _slow.Room(room).Schedule.AddAsync(New("four"), Later, Cancelled);
            await _slow.Room(room).Schedule.CancelAsync("alice", scheduled.Id, Cancelled);
            await _slow.DeleteAsync(room, 1, "alice", cancellationToken: Cancelled);
        }

        // The room is added to those that need upkeep in the background.
        await Poll.UntilAsync(async () => await DueAsync(), "the deletion has ended");
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _connection.DisposeAsync();
        await _proxy.DisposeAsync();
        await _chats.DisposeAsync();
    }

    [Fact]
    public async Task Scheduling_and_changing_cost_what_they_cost_in_a_plain_room()
    {
        var schedule = _slow.Room("lobby").Schedule;

        var scheduled = await _proxy.StepAsync(() => schedule.AddAsync(New("four"), Later, Cancelled), Script, Script);
        await _proxy.StepAsync(() => schedule.ChangeAsync("alice", scheduled.Id, "quatre", cancellationToken: Cancelled), Read, Entry, Script, Entry);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_is_scheduled_with_the_key_that_is_present_in_the_step_that_stores_it(bool rotates)
    {
        WhileHeld(2, () => RotateOrShredAsync(rotates));

        // After a deletion, a key is created.
        string[][] trips = rotates ? [Script, Script, Keys, Script] : [Script, Script, Keys, Script, Script];

        var scheduled = await _proxy.StepAsync(() => _slow.Room("lobby").Schedule.AddAsync(New("four"), Later, Cancelled), trips);

        KeyIn(await ScheduledAsync(scheduled.Id)).Should().Be((string?)await Database.HashGetAsync(Key(":key"), "current"));
        (await _other.Room("lobby").Schedule.ListAsync("alice", Cancelled)).Single().Message.Text.Should().Be("four");
        (await _other.Room("lobby").EncryptionKeys.CountAsync(Cancelled)).Should().Be(rotates ? 2 : 1);
    }

    [Fact]
    public async Task A_change_whose_key_is_rotated_meanwhile_is_stored_with_the_new_one()
    {
        var scheduled = await _slow.Room("lobby").Schedule.AddAsync(New("four"), Later, Cancelled);
        WhileHeld(3, () => RotateOrShredAsync(rotates: true));

        await _proxy.StepAsync(
            () => _slow.Room("lobby").Schedule.ChangeAsync("alice", scheduled.Id, "quatre", cancellationToken: Cancelled), Read, Entry, Script, Keys, Entry, Script, Entry);

        KeyIn(await ScheduledAsync(scheduled.Id)).Should().Be((string?)await Database.HashGetAsync(Key(":key"), "current"));
        (await _other.Room("lobby").Schedule.ListAsync("alice", Cancelled)).Single().Message.Text.Should().Be("quatre");
    }

    [Fact]
    public async Task A_change_whose_key_is_deleted_meanwhile_is_not_stored()
    {
        var scheduled = await _slow.Room("lobby").Schedule.AddAsync(New("four"), Later, Cancelled);
        var before = await ScheduledAsync(scheduled.Id);
        WhileHeld(3, () => RotateOrShredAsync(rotates: false));

        // A key that is not there is looked for a second time.
        var error = await _proxy.StepAsync(
            () => Assert.ThrowsAsync<ChatDataException>(() => _slow.Room("lobby").Schedule.ChangeAsync("alice", scheduled.Id, "quatre", cancellationToken: Cancelled)), Read, Entry, Script, Keys, Keys, Keys);

        (error.Key, error.Field).Should().Be((Key(":scheduled:alice"), scheduled.Id));
        (await ScheduledAsync(scheduled.Id)).Should().Be(before);
        (await Database.KeyExistsAsync(Key(":key"))).Should().BeFalse();
    }

    [Fact]
    public async Task A_deletion_reads_the_key_of_the_notices_in_a_round_trip_that_it_makes_anyway()
    {
        _proxy.InAnyOrder = true;

        await _proxy.StepAsync(() => _slow.DeleteAsync("lobby", 2, "alice", cancellationToken: Cancelled), afterwards: Script, [Read, ["EVALSHA", "HGETALL"], Script]);
        await _proxy.StepAsync(
            () => _slow.EditAsync("lobby", 3, "alice", new MessageEdit("uno") { Attachments = [] }, Cancelled), afterwards: Script, [Read, ["EVALSHA", "HGETALL"], Script]);
    }

    [Fact]
    public async Task A_notice_whose_key_is_deleted_while_it_is_on_its_way_is_reported_and_the_others_are_read()
    {
        _proxy.InAnyOrder = true;
        WhileHeld(3, () => Database.KeyDeleteAsync(NoticeKeys));

        await _proxy.StepAsync(() => _slow.DeleteAsync("lobby", 2, "alice", cancellationToken: Cancelled), afterwards: Script, [Read, ["EVALSHA", "HGETALL"], Script]);
        await _slow.DeleteAsync("lobby", 3, "alice", cancellationToken: Cancelled);

        // That of the first message was written before.
        var reader = _chats.Open();
        (await ((IMessageStore)reader).GetAbility<IAttachmentNoticeStore>()!.ReadNoticesAsync("lobby", 10, Cancelled)).Should().ContainSingle().Which.MessageId.Should().Be(3);
        _chats.Log.Of("UnreadableNotice").Should().ContainSingle().Which.Text.Should().Contain((string)NoticeKeys!).And.Contain("does not have");
    }

    private static NewMessage New(string text) => new("alice", text) { Attachments = [Picture] };

    private static string KeyIn(RedisValue value) => DataKey.NameOf(EncryptedJson.KeyIn(Encoding.UTF8.GetBytes(value.ToString()))!.Value);

    private RedisKey NoticeKeys => $"{_chats.Prefix}:{{user:%}}:key";

    private string Key(string part = "") => $"{_chats.Prefix}:{{lobby}}{part}";

    private void WhileHeld(int trip, Func<Task> act) => _proxy.WhileHeld = number => number == trip ? act() : Task.CompletedTask;

    private async Task RotateOrShredAsync(bool rotates)
    {
        if (rotates)
        {
            await _other.Room("lobby").EncryptionKeys.RotateAsync(Cancelled);
        }
        else
        {
            (await _other.Room("lobby").EncryptionKeys.ShredAsync(Cancelled)).Should().BeTrue();
        }
    }

    private async Task<RedisValue> ScheduledAsync(string id) => await Database.HashGetAsync(Key(":scheduled:alice"), id);

    /// <summary>Whether the room is among those that need upkeep now.</summary>
    private async Task<bool> DueAsync()
    {
        var now = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalMicroseconds;
        await foreach (var key in server.Connection.GetServers()[0].KeysAsync(pattern: $"{_chats.Prefix}*:upkeep"))
        {
            if (await Database.SortedSetScoreAsync(key, "lobby") is { } due && due <= now)
            {
                return true;
            }
        }

        return false;
    }

    private sealed class Nobody : IAttachmentStore
    {
        public ValueTask ReleasedAsync(IReadOnlyList<ReleasedAttachment> attachments, CancellationToken cancellationToken = default) => default;
    }
}
