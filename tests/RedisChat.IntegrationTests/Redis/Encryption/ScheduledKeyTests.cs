using System.Text;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Encryption;

/// <summary>Scheduled messages whose room's keys are rotated or deleted by another process.</summary>
public sealed class ScheduledKeyTests(TestServer server) : IAsyncLifetime
{
    private static readonly DateTimeOffset Later = DateTimeOffset.UtcNow.AddDays(1);
    private static readonly DateTimeOffset Past = DateTimeOffset.UtcNow.AddMinutes(-1);

    private EncryptedChats _chats = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IDatabase Database => server.Connection.GetDatabase();

    public ValueTask InitializeAsync()
    {
        _chats = new EncryptedChats(server.Configuration!);
        return default;
    }

    public ValueTask DisposeAsync() => _chats.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_process_that_has_earlier_keys_schedules_with_the_present_one(bool rotates)
    {
        var (chat, other) = await BegunAsync();
        var before = await CurrentAsync();
        await RotateOrShredAsync(other, rotates);

        var scheduled = await chat.Room("lobby").Schedule.AddAsync(New("two"), Later, Cancelled);

        var now = await CurrentAsync();
        now.Should().NotBe(before);
        (await KeyOfAsync(scheduled.Id)).Should().Be(now);
        (await _chats.NewChat().Room("lobby").Schedule.ListAsync("alice", Cancelled)).Single().Message.Text.Should().Be("two");
    }

    [Fact]
    public async Task A_process_that_has_earlier_keys_changes_with_the_one_of_a_rotation()
    {
        var (chat, other) = await BegunAsync();
        var scheduled = await chat.Room("lobby").Schedule.AddAsync(New("two"), Later, Cancelled);
        await other.Room("lobby").EncryptionKeys.RotateAsync(Cancelled);

        (await chat.Room("lobby").Schedule.ChangeAsync("alice", scheduled.Id, "deux", cancellationToken: Cancelled))!.Message.Text.Should().Be("deux");

        (await KeyOfAsync(scheduled.Id)).Should().Be(await CurrentAsync());
        (await _chats.NewChat().Room("lobby").Schedule.ListAsync("alice", Cancelled)).Single().Message.Text.Should().Be("deux");
    }

    [Fact]
    public async Task A_process_that_still_has_deleted_keys_does_not_store_a_message_again_by_changing_it()
    {
        var (chat, other) = await BegunAsync();
        var scheduled = await chat.Room("lobby").Schedule.AddAsync(New("two"), Later, Cancelled);
        var before = await ValueAsync(scheduled.Id);
        await other.Room("lobby").EncryptionKeys.ShredAsync(Cancelled);

        // Not even the time: the text would be stored with it.
        var error = await Assert.ThrowsAsync<ChatDataException>(() => chat.Room("lobby").Schedule.ChangeAsync("alice", scheduled.Id, sendAt: Later.AddDays(1), cancellationToken: Cancelled));

        IsShredded(error, scheduled.Id);
        (await ValueAsync(scheduled.Id)).Should().Be(before);
        (await chat.Room("lobby").EncryptionKeys.CountAsync(Cancelled)).Should().Be(0, "reading creates no key");
    }

    [Fact]
    public async Task In_a_room_that_a_process_does_not_choose_a_change_stays_encrypted()
    {
        var scheduled = await _chats.NewChat().Room("lobby").Schedule.AddAsync(New("two"), Later, Cancelled);

        await _chats.NewChat(_ => false).Room("lobby").Schedule.ChangeAsync("alice", scheduled.Id, "deux", cancellationToken: Cancelled);

        ((string)(await ValueAsync(scheduled.Id))!).Should().Contain("\"z\":").And.NotContain("deux");
        (await _chats.NewChat().Room("lobby").Schedule.ListAsync("alice", Cancelled)).Single().Message.Text.Should().Be("deux");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_encrypted_with_deleted_keys_is_not_sent_by_a_process_that_still_has_them(bool chooses)
    {
        var other = _chats.NewChat();
        var scheduled = await other.Room("lobby").Schedule.AddAsync(New("two"), Past, Cancelled);
        var store = _chats.Open(chooses ? null : _ => false);
        (await new Chat(store).Room("lobby").Schedule.ListAsync("alice", Cancelled)).Should().ContainSingle("and now it has the keys");
        await other.Room("lobby").EncryptionKeys.ShredAsync(Cancelled);

        await SendAsync(store, () => _chats.Log.LoggedAsync("ScheduleFailed", 1, Cancelled));

        _chats.Log.Of("ScheduleFailed").First().Error.Should().BeOfType<ChatDataException>().Which.Message.Should().Contain("deleted after the message was read");
        (await ValueAsync(scheduled.Id)).IsNull.Should().BeFalse();
        (await Database.KeyExistsAsync(Key(":m:0"))).Should().BeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_encrypted_with_deleted_keys_is_reported_stops_no_other_room_and_can_be_canceled(bool isKnown)
    {
        var (chat, other) = (_chats.NewChat(), _chats.NewChat());
        var lost = await chat.Room("lobby").Schedule.AddAsync(New("lost"), Past, Cancelled);
        var store = _chats.Open();
        if (isKnown)
        {
            await new Chat(store).Room("lobby").Schedule.ListAsync("alice", Cancelled);
        }

        // The rules will refuse it, so that the sender has to record why.
        await chat.Room("lobby").Rules.ChangeAsync(Actor.Application, _ => RuleSet.MembersOnly, Cancelled);
        await other.Room("lobby").EncryptionKeys.ShredAsync(Cancelled);
        await other.Room("lobby").Schedule.AddAsync(new NewMessage("bob", "same room") { IsFromApplication = true }, Past, Cancelled);
        var rooms = Enumerable.Range(0, 40).Select(n => $"room {n}").ToList();
        foreach (var room in rooms)
        {
            await other.Room(room).Schedule.AddAsync(New("sent"), Past, Cancelled);
        }

        await SendAsync(store, async () =>
        {
            foreach (var room in rooms.Append("lobby"))
            {
                await Poll.UntilAsync(async () => await Database.HashGetAsync(Key(room: room), "last") == 1, $"the message in {room} is sent");
            }

            await Poll.UntilAsync(() => Task.FromResult(_chats.Log.Of("ScheduleFailed").Any()), "the other one is reported");
        });

        (await other.ReceiveAsync("lobby", null, Cancelled)).Messages.Single().Text.Should().Be("same room");
        _chats.Log.Of("ScheduleFailed").Select(entry => entry.Error).Should().AllBeOfType<ChatDataException>();
        var error = await Assert.ThrowsAsync<ChatDataException>(() => other.Room("lobby").Schedule.ListAsync("alice", Cancelled));
        IsShredded(error, lost.Id);
        (await other.Room("lobby").Schedule.CancelAsync("alice", error.Field!, Cancelled)).Should().BeTrue();
        (await other.Room("lobby").Schedule.ListAsync("alice", Cancelled)).Should().BeEmpty();
    }

    [Fact]
    public async Task Scheduling_again_what_was_encrypted_with_deleted_keys_is_the_same_error()
    {
        var chat = _chats.NewChat();
        var keyed = New("two") with { IdempotencyKey = "k" };
        var scheduled = await chat.Room("lobby").Schedule.AddAsync(keyed, Later, Cancelled);
        await chat.Room("lobby").EncryptionKeys.ShredAsync(Cancelled);

        IsShredded(await Assert.ThrowsAsync<ChatDataException>(() => chat.Room("lobby").Schedule.AddAsync(keyed, Later, Cancelled)), scheduled.Id);

        await chat.Room("lobby").Schedule.CancelAsync("alice", scheduled.Id, Cancelled);
        (await chat.Room("lobby").Schedule.AddAsync(keyed, Later, Cancelled)).Id.Should().Be(scheduled.Id);
    }

    private static NewMessage New(string text) => new("alice", text);

    /// <summary>Two processes that have the keys of the room.</summary>
    private async Task<(Chat One, Chat Other)> BegunAsync()
    {
        var (one, other) = (_chats.NewChat(), _chats.NewChat());
        await one.SendAsync("lobby", "alice", "one", Cancelled);
        await other.ReceiveAsync("lobby", null, Cancelled);
        return (one, other);
    }

    private static async Task RotateOrShredAsync(Chat chat, bool rotates)
    {
        if (rotates)
        {
            await chat.Room("lobby").EncryptionKeys.RotateAsync(Cancelled);
        }
        else
        {
            (await chat.Room("lobby").EncryptionKeys.ShredAsync(Cancelled)).Should().BeTrue();
        }
    }

    /// <summary>Sends what is due until something has happened.</summary>
    private async Task SendAsync(RedisMessageStore store, Func<Task> happensAsync)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);

        // A claim that is given up lasts for twice as long, so nothing that waits for its end is sent in time.
        var options = new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1), Schedule = { PollInterval = TimeSpan.FromMilliseconds(100) } };
        var running = new Chat(store, options, logger: _chats.Log).RunScheduleAsync(end.Token);
        await happensAsync().WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private void IsShredded(ChatDataException error, string id)
    {
        (error.Key, error.Field).Should().Be((Key(":scheduled:alice"), id));
        error.Message.Should().Contain(Key(":key")).And.Contain("does not have");
    }

    private string Key(string part = "", string room = "lobby") => $"{_chats.Prefix}:{{{room}}}{part}";

    private async Task<string?> CurrentAsync() => await Database.HashGetAsync(Key(":key"), "current");

    private async Task<RedisValue> ValueAsync(string id) => await Database.HashGetAsync(Key(":scheduled:alice"), id);

    private async Task<string> KeyOfAsync(string id) => DataKey.NameOf(EncryptedJson.KeyIn(Encoding.UTF8.GetBytes((await ValueAsync(id)).ToString()))!.Value);
}
