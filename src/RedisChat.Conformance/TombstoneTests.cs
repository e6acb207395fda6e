namespace RedisChat.Conformance;

/// <summary>Tombstones: the deleted messages in the range of a page, with what is known of their deletion.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class TombstoneTests(StoreFactory stores) : StoreTests(stores)
{
    /// <summary>Runs a test. A store without this ability overrides it, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task A_tombstone_says_who_deleted_a_message_when_and_why() => RunAsync(async () =>
    {
        await AppendManyAsync(4);
        await using var log = new WatchLog(Store.WatchAsync(Room, (await ReadAsync()).Position, Cancelled), await ReadAsync());
        await Store.ChangeAsync(Room, 2, _ => MessageDecision.Delete("mod", "spam, \"again\""), Cancelled);
        await Store.ChangeAsync(Room, 3, _ => MessageDecision.Delete(), Cancelled);
        await log.ReachesAsync((await ReadAsync()).Position);

        var page = await ReadDeletedAsync(new MessageQuery());

        page.Messages.Select(message => message.Id).Should().Equal(1, 4);
        var events = log.Events.OfType<RoomEvent.Deleted>().ToList();
        page.Tombstones.Should().Equal(
            new Tombstone { FirstId = 2, LastId = 2, DeletedAt = events[0].DeletedAt, User = "mod", Reason = "spam, \"again\"" },
            new Tombstone { FirstId = 3, LastId = 3, DeletedAt = events[1].DeletedAt });
        page.Tombstones[0].DeletedAt.Should().NotBeNull();
    });

    [Fact]
    public Task A_page_brings_tombstones_only_if_it_is_asked_for_them() => RunAsync(async () =>
    {
        await AppendManyAsync(3);
        (await ReadDeletedAsync(new MessageQuery())).Tombstones.Should().BeEmpty();
        await DeleteAsync(2);

        (await ReadAsync()).Tombstones.Should().BeEmpty();
        (await ReadDeletedAsync(new MessageQuery())).Tombstones.Should().HaveCount(1);
    });

    [Fact]
    public Task Messages_deleted_together_share_a_tombstone_for_each_run_of_ids() => RunAsync(async () =>
    {
        await AppendManyAsync(12);
        await DeleteAsync(5);
        await new Chat(Store).Room(Room).DeleteManyAsync(MessageSelection.Of(2, 3, 4, 6, 7, 10), Actor.Application, "spring cleaning", cancellationToken: Cancelled);

        var page = await ReadDeletedAsync(new MessageQuery());

        page.Tombstones.Select(tombstone => (tombstone.FirstId, tombstone.LastId, tombstone.Reason)).Should().Equal(
            (2, 4, "spring cleaning"), (5, 5, null), (6, 7, "spring cleaning"), (10, 10, "spring cleaning"));
        (await ReadDeletedAsync(new MessageQuery { Before = 7 })).Tombstones.Select(tombstone => (tombstone.FirstId, tombstone.LastId))
            .Should().Equal([(2, 4), (5, 5), (6, 6)], "a tombstone reaches no farther than the page");
    });

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(50)]
    public Task Pages_that_follow_each_other_bring_each_deleted_message_once(int limit) => RunAsync(async () =>
    {
        const int Count = 300;
        var random = new Random(limit);
        await AppendManyAsync(Count);
        var deleted = Enumerable.Range(1, Count).Select(id => (long)id).Where(id => id is 1 or 2 or Count or > 100 and < 180 || random.Next(3) == 0).ToList();
        await new Chat(Store).Room(Room).DeleteManyAsync(MessageSelection.Of(deleted.Where(id => id % 5 > 0)), Actor.Application, cancellationToken: Cancelled);
        foreach (var id in deleted.Where(id => id % 5 == 0))
        {
            await DeleteAsync(id);
        }

        (await PagesAsync(page => page.HasOlder, page => new MessageQuery(limit) { Before = page?.Messages[0].Id })).Should().Equal(deleted);
        (await PagesAsync(page => page.HasNewer, page => new MessageQuery(limit) { After = page?.Messages[^1].Id ?? 0 })).Should().Equal(deleted);
    });

    [Fact]
    public Task A_page_around_a_message_has_the_tombstones_of_its_range() => RunAsync(async () =>
    {
        await AppendManyAsync(20);
        await new Chat(Store).Room(Room).DeleteManyAsync(MessageSelection.Of(3, 8, 10, 12, 19), Actor.Application, cancellationToken: Cancelled);

        // 7, 9, 11 and 13
        var page = await ReadDeletedAsync(new MessageQuery(4) { Around = 10 });

        page.Messages.Select(message => message.Id).Should().Equal(7, 9, 11, 13);
        Ids(page).Should().Equal(8, 10, 12);
    });

    [Fact]
    public Task A_room_with_nothing_but_deleted_messages_has_tombstones_only() => RunAsync(async () =>
    {
        (await ReadDeletedAsync(new MessageQuery())).Tombstones.Should().BeEmpty("the room does not exist");
        await AppendManyAsync(3);
        await new Chat(Store).Room(Room).DeleteManyAsync(MessageSelection.Between(1, 3), Actor.Application, cancellationToken: Cancelled);

        Ids(await ReadDeletedAsync(new MessageQuery())).Should().Equal(1, 2, 3);
        Ids(await ReadDeletedAsync(new MessageQuery { After = 1 })).Should().Equal(2, 3);
        Ids(await ReadDeletedAsync(new MessageQuery { After = 3 })).Should().BeEmpty();
        Ids(await ReadDeletedAsync(new MessageQuery { Before = 1 })).Should().BeEmpty();
    });

    private static IEnumerable<long> Ids(MessagePage page) =>
        page.Tombstones.SelectMany(tombstone => Enumerable.Range(0, (int)(tombstone.LastId - tombstone.FirstId + 1)).Select(n => tombstone.FirstId + n));

    private async Task<List<long>> PagesAsync(Func<MessagePage, bool> hasMore, Func<MessagePage?, MessageQuery> next)
    {
        var deleted = new List<long>();
        MessagePage? page = null;
        do
        {
            page = await ReadDeletedAsync(next(page));
            deleted.AddRange(Ids(page));
        }
        while (hasMore(page));

        deleted.Sort();
        return deleted;
    }

    private ValueTask<MessagePage> ReadDeletedAsync(MessageQuery query) => Store.ReadAsync(Room, query with { IncludeDeleted = true }, Cancelled);
}
