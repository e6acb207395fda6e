namespace RedisChat.Conformance;

/// <summary>Rooms that need work in the background: each is claimed at its time by one process, and none is forgotten.</summary>
/// <param name="stores">Opens the store under test. No other test may use its upkeep.</param>
public abstract class UpkeepTests(StoreFactory stores) : StoreTests(stores)
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private IUpkeepStore Upkeep => Store.GetAbility<IUpkeepStore>()!;

    // Past by every clock: the store's need not be that of the machine on which the tests run.
    private static DateTimeOffset Past { get; } = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Runs a test. A store without this ability overrides it, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task A_room_is_claimed_at_its_time_by_one_process() => RunAsync(async () =>
    {
        await Upkeep.AddRoomAsync(Room, (await NowAsync()).AddHours(1), Cancelled);
        var early = await Upkeep.ClaimRoomsAsync(Long, 16, Cancelled);
        early.Rooms.Should().BeEmpty();
        early.Next.Should().BeCloseTo(TimeSpan.FromHours(1), Long);

        await Upkeep.AddRoomAsync(Room, Past, Cancelled);

        (await Upkeep.ClaimRoomsAsync(Long, 16, Cancelled)).Rooms.Should().ContainSingle().Which.Room.Should().Be(Room);
        var other = OpenStore();
        (await other.GetAbility<IUpkeepStore>()!.ClaimRoomsAsync(Long, 16, Cancelled)).Rooms.Should().BeEmpty("it is claimed");
    });

    [Fact]
    public Task A_room_that_is_settled_is_gone() => RunAsync(async () =>
    {
        await Upkeep.AddRoomAsync(Room, null, Cancelled);
        await Upkeep.SettleRoomAsync(await ClaimAsync(Long), null, Cancelled);

        var after = await Upkeep.ClaimRoomsAsync(Long, 16, Cancelled);
        (after.Rooms, after.Next).Should().Match<(IReadOnlyList<ClaimedRoom> Rooms, TimeSpan? Next)>(found => found.Rooms.Count == 0 && found.Next == null);
    });

    [Fact]
    public Task A_room_that_needs_work_again_is_claimed_again() => RunAsync(async () =>
    {
        await Upkeep.AddRoomAsync(Room, Past, Cancelled);
        await Upkeep.SettleRoomAsync(await ClaimAsync(Long), TimeSpan.Zero, Cancelled);
        await Upkeep.SettleRoomAsync(await ClaimAsync(Long), TimeSpan.FromHours(1), Cancelled);
        (await Upkeep.ClaimRoomsAsync(Long, 16, Cancelled)).Rooms.Should().BeEmpty();
    });

    [Theory]
    [InlineData(0)]
    [InlineData(3600)]
    [InlineData(-3600)]
    public Task A_room_that_is_added_while_it_is_claimed_is_not_removed(int seconds) => RunAsync(async () =>
    {
        await Upkeep.AddRoomAsync(Room, Past, Cancelled);
        var claim = await ClaimAsync(Long);

        await Upkeep.AddRoomAsync(Room, (await NowAsync()).AddSeconds(seconds), Cancelled);
        await Upkeep.SettleRoomAsync(claim, null, Cancelled);

        var after = await Upkeep.ClaimRoomsAsync(Long, 16, Cancelled);
        (after.Rooms.Count == 1 || after.Next is not null).Should().BeTrue();
        (after.Next ?? TimeSpan.Zero).Should().BeLessThan(Long + TimeSpan.FromMinutes(1));
    });

    [Fact]
    public Task A_claim_that_ends_is_followed_by_another() => RunAsync(async () =>
    {
        await Upkeep.AddRoomAsync(Room, null, Cancelled);
        var first = await ClaimAsync(TimeSpan.FromMilliseconds(1));
        var second = await ClaimAsync(Long);

        await Upkeep.SettleRoomAsync(first, null, Cancelled);

        (await Upkeep.ClaimRoomsAsync(Long, 16, Cancelled)).Next.Should().NotBeNull("the first claim had ended");
        await Upkeep.SettleRoomAsync(second, null, Cancelled);
        (await Upkeep.ClaimRoomsAsync(Long, 16, Cancelled)).Next.Should().BeNull();
    });

    [Fact]
    public Task The_earliest_time_counts() => RunAsync(async () =>
    {
        await Upkeep.AddRoomAsync(Room, Past, Cancelled);
        await Upkeep.AddRoomAsync(Room, (await NowAsync()).AddHours(1), Cancelled);
        await ClaimAsync(Long);
    });

    [Fact]
    public Task Many_rooms_are_claimed_once_each() => RunAsync(async () =>
    {
        var rooms = Enumerable.Range(0, 60).Select(_ => NewRoom()).ToList();
        foreach (var room in rooms)
        {
            await Upkeep.AddRoomAsync(room, Past, Cancelled);
        }

        IUpkeepStore[] processes = [Upkeep, OpenStore().GetAbility<IUpkeepStore>()!];

        var claimed = await Task.WhenAll(processes.Select(async store =>
        {
            var all = new List<string>();
            for (ClaimedRooms? found = null; found?.Rooms.Count != 0;)
            {
                found = await store.ClaimRoomsAsync(Long, 16, Cancelled);
                all.AddRange(found.Rooms.Select(room => room.Room));
            }

            return all;
        }));

        claimed.SelectMany(all => all).Should().BeEquivalentTo(rooms);
    });

    [Fact]
    public Task Rooms_without_work_leave_the_index_of_a_running_process() => RunAsync(async () =>
    {
        var options = new ChatOptions();
        options.Upkeep.PollInterval = TimeSpan.FromMilliseconds(100);
        using var end = new CancellationTokenSource();
        var running = new Chat(Store, options).RunUpkeepAsync(end.Token);

        await Upkeep.AddRoomAsync(Room, Past, Cancelled);

        while (await Upkeep.ClaimRoomsAsync(TimeSpan.FromMilliseconds(1), 16, Cancelled) is not { Next: null, Rooms: [] })
        {
            await Task.Delay(20, Cancelled);
        }

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    });

    /// <summary>Claims the room, waiting until that is possible.</summary>
    private async Task<ClaimedRoom> ClaimAsync(TimeSpan lease)
    {
        while (true)
        {
            if ((await Upkeep.ClaimRoomsAsync(lease, 16, Cancelled)).Rooms is [var claimed])
            {
                claimed.Room.Should().Be(Room);
                return claimed;
            }

            await Task.Delay(10, Cancelled);
        }
    }
}
