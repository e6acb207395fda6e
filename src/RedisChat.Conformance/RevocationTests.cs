namespace RedisChat.Conformance;

/// <summary>Revocation: which streams of a user end, on every node.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class RevocationTests(StoreFactory stores) : StoreTests(stores)
{
    private readonly string _alice = InboxTests.NewUser();

    private Chat Chat => new(Store);

    /// <summary>Runs a test. A store without revocation overrides this, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task Every_stream_of_the_user_ends_on_every_node() => RunAsync(async () =>
    {
        var other = new Chat(OpenStore());
        await using var here = Watch(Chat, _alice);
        await using var there = Watch(other, _alice);
        await using var again = Watch(other, _alice);
        await using var bob = Watch(other, "bob");
        await using var application = new WatchLog(other.WatchAsync(Room));
        foreach (var log in new[] { here, there, again, bob, application })
        {
            await log.CaughtUpAsync();
        }

        await Chat.RevokeAsync(_alice, Cancelled);

        foreach (var log in new[] { here, there, again })
        {
            (await EndOfAsync(log)).Should().Match<ChatForbiddenException>(e => e.Reason == ForbiddenReason.Revoked && e.Room == Room && e.Operation == ChatOperations.Watch);
        }

        var sent = await AppendAsync("bob", "hello");
        await bob.ReachesAsync(sent.Position);
        await application.ReachesAsync(sent.Position);
    });

    [Fact]
    public Task A_wait_for_the_revocation_ends_with_it() => RunAsync(async () =>
    {
        var other = new Chat(OpenStore());
        await Chat.RevokeAsync(_alice, Cancelled);
        var waits = new[] { Chat.WaitForRevocationAsync(_alice, Cancelled), other.WaitForRevocationAsync(_alice, Cancelled) };
        using var ofBob = new CancellationTokenSource();
        var bob = other.WaitForRevocationAsync(InboxTests.NewUser(), ofBob.Token);

        // A wait that begins at the same time as a revocation may miss it.
        while (!Task.WhenAll(waits).IsCompleted)
        {
            await Chat.RevokeAsync(_alice, Cancelled);
            await Task.WhenAny(Task.WhenAll(waits), Task.Delay(50, Cancelled));
        }

        await Task.WhenAll(waits);
        bob.IsCompleted.Should().BeFalse();
        await ofBob.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bob);
    });

    [Fact]
    public Task A_wait_tells_when_no_revocation_can_be_missed() => RunAsync(async () =>
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var wait = new Chat(OpenStore()).WaitForRevocationAsync(_alice, begun.SetResult, Cancelled);

        await begun.Task.WaitAsync(Cancelled);
        await Chat.RevokeAsync(_alice, Cancelled);

        await wait;
    });

    [Fact]
    public Task A_stream_that_starts_later_is_not_affected() => RunAsync(async () =>
    {
        await using var before = Watch(Chat, _alice);
        await before.CaughtUpAsync();
        await Chat.RevokeAsync(_alice, Cancelled);
        await Chat.RevokeAsync(_alice, Cancelled);

        await using var after = Watch(Chat, _alice);
        await after.CaughtUpAsync();
        var sent = await AppendAsync("bob", "hello");
        await after.ReachesAsync(sent.Position);
        await EndOfAsync(before);

        await Chat.RevokeAsync(_alice, Cancelled);
        await EndOfAsync(after);
    });

    [Fact]
    public Task Streams_that_end_at_the_same_time_do_not_keep_others_alive() => RunAsync(async () =>
    {
        for (var round = 0; round < 5; round++)
        {
            var logs = Enumerable.Range(0, 12).Select(_ => Watch(Chat, _alice)).ToList();
            await Task.WhenAll(logs.Select(log => log.CaughtUpAsync()));

            var revoking = Chat.RevokeAsync(_alice, Cancelled);
            await Task.WhenAll(logs.Where((_, n) => n % 3 == 0).Select(log => log.DisposeAsync().AsTask()));
            await revoking;

            foreach (var log in logs.Where((_, n) => n % 3 != 0))
            {
                (await EndOfAsync(log)).Reason.Should().Be(ForbiddenReason.Revoked);
                await log.DisposeAsync();
            }
        }
    });

    [Fact]
    public Task A_stream_of_many_rooms_loses_them_all() => RunAsync(async () =>
    {
        var rooms = new[] { NewRoom(), NewRoom() };
        await using var stream = Chat.WatchManyAsync(
            rooms.Select(room => KeyValuePair.Create(room, (RoomPosition?)null)), new WatchManyOptions { As = _alice }, Cancelled);
        List<string> failed = [];
        var caughtUp = 0;
        await foreach (var (room, happened) in stream)
        {
            if (happened is RoomEvent.CaughtUp && ++caughtUp == rooms.Length)
            {
                await new Chat(OpenStore()).RevokeAsync(_alice, Cancelled);
            }
            else if (happened is RoomEvent.Failed { Error: ChatForbiddenException { Reason: ForbiddenReason.Revoked } })
            {
                failed.Add(room);
                if (failed.Count == rooms.Length)
                {
                    break;
                }
            }
        }

        failed.Should().BeEquivalentTo(rooms);
    });

    [Fact]
    public Task Memberships_and_rights_stay() => RunAsync(async () =>
    {
        await Chat.Room(Room).Members.JoinAsync(_alice, Cancelled);
        await Chat.RevokeAsync(_alice, Cancelled);

        (await Chat.Room(Room).Members.GetAsync(_alice, Cancelled))!.Role.Should().Be(RoomRole.Member);
        await AppendAsync(_alice, "still here");
    });

    private WatchLog Watch(Chat chat, string user) => new(chat.WatchAsync(Room, new WatchOptions { As = user }));

    private static async Task<ChatForbiddenException> EndOfAsync(WatchLog log) =>
        await Assert.ThrowsAsync<ChatForbiddenException>(() => log.UntilAsync(_ => false));
}
