using System.Net;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Erasure;

/// <summary>Erasures while others delete, leave, send and erase, and while a server is down.</summary>
public sealed class ErasureRaceTests() : ErasureTestBase(new RedisStoreOptions { LiveProbeInterval = TimeSpan.FromMilliseconds(100) })
{
    [Fact]
    public async Task A_mark_that_a_second_eraser_left_is_lifted_by_the_next_erasure()
    {
        var store = ((IMessageStore)Store).GetAbility<IErasureStore>()!;
        var erasure = await store.BeginErasureAsync(User, ErasureMode.Remove, Cancelled);

        // Another eraser of the user ends. This one goes on, finds that the user has just come, and dies.
        await store.EndErasureAsync(erasure, [], Cancelled);
        await ((IMessageStore)Store).GetAbility<IPresenceStore>()!.UpdatePresenceAsync(
            "lobby", new PresenceUpdate { Process = "p", Expiry = TimeSpan.FromMinutes(5), Entering = [User], CoalesceAbove = 200, CoalesceInterval = TimeSpan.FromSeconds(2) }, Cancelled);
        var found = (await ErasureSteps.FindAsync(store, User, Cancelled)).Single(room => room.Room == "lobby");
        (await store.EraseStepAsync(erasure, found, null, Cancelled)).IsMarked.Should().BeTrue();

        (await Chat.User(User).EraseAsync(cancellationToken: Cancelled)).Findings!.Remaining.Should().BeEmpty();
        (await Database.HashExistsAsync("chatroom:{lobby}", "erasing")).Should().BeFalse();
    }

    [Fact]
    public async Task A_deletion_that_an_erasure_found_is_the_only_one_that_it_completes()
    {
        await Chat.SendAsync("lobby", User, "hello", Cancelled);
        var store = ((IMessageStore)Store).GetAbility<IErasureStore>()!;
        var rooms = ((IMessageStore)Store).GetAbility<IRoomDirectoryStore>()!;
        var erasure = await store.BeginErasureAsync(User, ErasureMode.Remove, Cancelled);
        var found = (await ErasureSteps.FindAsync(store, User, Cancelled)).Single(room => room.Room == "lobby");
        await rooms.DeleteRoomAsync("lobby", Actor.Application, null, Cancelled);
        var step = await store.EraseStepAsync(erasure, found, null, Cancelled);
        step.BeingDeleted.Should().Be("lobby");

        // Somebody else completes it, and the room is created again.
        await Chat.Rooms.DeleteAsync("lobby", Actor.Application, cancellationToken: Cancelled);
        await Chat.SendAsync("lobby", Bob, "a new room", Cancelled);
        (await rooms.DeleteRoomAsync("lobby", Actor.Application, step.DeletionCursor, Cancelled)).Cursor.Should().BeNull();

        (await Chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Single().Text.Should().Be("a new room");
        (await Chat.User(User).EraseAsync(cancellationToken: Cancelled)).Findings!.Remaining.Should().BeEmpty();
        (await Chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Should().ContainSingle();
    }

    [Fact]
    public async Task The_number_of_present_users_is_right_whoever_removes_the_user_first()
    {
        var presence = ((IMessageStore)Store).GetAbility<IPresenceStore>()!;
        await presence.UpdatePresenceAsync(
            "lobby", new PresenceUpdate { Process = "p", Expiry = TimeSpan.FromMinutes(5), Entering = [User, Bob], CoalesceAbove = 200, CoalesceInterval = TimeSpan.FromSeconds(2) }, Cancelled);
        var keys = new KeyNames(new HashTagKeyScheme(), 0);
        var forgetting = new TraceForgetting(keys, new UserErasure(User, ErasureMode.Remove, "erased~1"), new ErasedUser(User), "lobby");
        UserTrace[] here = [new UserTrace(UserPlaces.Here, keys.HereUsers("lobby"), "here:users", $"{User}\np", "")];

        await forgetting.RunAsync(Database, here, entry: null, isWithMessages: false, Cancelled);
        await forgetting.RunAsync(Database, here, entry: null, isWithMessages: false, Cancelled);

        (await Database.HashGetAsync("chatroom:{lobby}:here", "count")).Should().Be(1);
        (await Database.SortedSetRangeByRankAsync("chatroom:{lobby}:here:users")).Should().Equal($"{Bob}\np");
        (await Database.SortedSetRangeByRankAsync("chatroom:{lobby}:here:processes")).Should().Equal($"p\n{Bob}");
    }

    [Fact]
    public async Task A_scheduled_message_that_mentions_the_user_is_sent_although_it_was_just_being_sent()
    {
        var options = new ChatOptions { Schedule = { PollInterval = TimeSpan.FromMilliseconds(100) }, Filters = { Timeout = TimeSpan.FromSeconds(30) } };
        var sender = new Chat(Store, options, filters: [new ErasingFilter(Chat)]);
        await Chat.Room("lobby").Schedule.AddAsync(new NewMessage(Bob, "hello") { Mentions = [Mention.User(User)] }, DateTimeOffset.UtcNow.AddMinutes(-1), Cancelled);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var running = sender.RunScheduleAsync(end.Token);

        await Poll.UntilAsync(async () => (await Chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Count == 1, "the message is sent");

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        var message = (await Chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Single();
        (message.User, message.Text, message.Mentions.Count).Should().Be((Bob, "hello", 0));
    }

    [Fact]
    public async Task A_configured_server_that_is_down_stops_neither_an_erasure_nor_an_export()
    {
        await Chat.SendAsync("lobby", User, "hello", Cancelled);
        var configuration = ConfigurationOptions.Parse(Server.Configuration);

        // Nobody listens there.
        configuration.EndPoints.Add(IPAddress.Loopback, 1);
        await using var store = new RedisMessageStore(RedisConnection.Own(configuration), new RedisStoreOptions { LiveProbeInterval = TimeSpan.FromMilliseconds(100) }, null);
        var user = new Chat(store).User(User);
        using var output = new MemoryStream();

        (await user.EraseAsync(new ErasureOptions { IsDryRun = true }, cancellationToken: Cancelled)).Messages.Should().Be(1);
        (await user.ExportAsync(output, Cancelled)).Should().BePositive();
        (await user.EraseAsync(cancellationToken: Cancelled)).Findings!.Remaining.Should().BeEmpty();
    }

    /// <summary>Erases the user while the first message waits for it.</summary>
    private sealed class ErasingFilter(Chat chat) : IMessageFilter
    {
        private int _calls;

        public async ValueTask<FilterDecision> FilterAsync(FilteredMessage message, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _calls) == 1)
            {
                await chat.User(User).EraseAsync(cancellationToken: cancellationToken);
            }

            return FilterDecision.Accept;
        }
    }
}
