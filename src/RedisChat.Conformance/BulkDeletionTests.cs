namespace RedisChat.Conformance;

/// <summary>Deleting many messages: what single deletions would leave, in few steps, each of which is one event.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class BulkDeletionTests(StoreFactory stores) : StoreTests(stores)
{
    private static readonly Actor App = Actor.Application;

    [Fact]
    public virtual async Task Messages_are_deleted_by_their_ids_and_those_that_do_not_exist_are_skipped()
    {
        await AppendManyAsync(10);
        await DeleteAsync(4);

        var done = await DeleteManyAsync(MessageSelection.Of(9, 2, 4, 3, 77, 2), App);

        done.Should().Be(new DeletionProgress(3, 5, 5));
        (await IdsAsync()).Should().Equal(1, 5, 6, 7, 8, 10);
        (await DeleteManyAsync(MessageSelection.Of(9, 2), App)).Deleted.Should().Be(0);
        (await DeleteManyAsync(MessageSelection.Of(), App)).Should().Be(new DeletionProgress(0, 0, 0));
    }

    [Fact]
    public virtual async Task Messages_are_deleted_by_a_range_of_ids()
    {
        await AppendManyAsync(10);

        (await DeleteManyAsync(MessageSelection.Between(3, 6), App)).Should().Be(new DeletionProgress(4, 4, 4));
        (await IdsAsync()).Should().Equal(1, 2, 7, 8, 9, 10);
        (await DeleteManyAsync(MessageSelection.Between(5, ChatLimits.MaxMessageId), App)).Should().Be(new DeletionProgress(4, 6, 6));
        (await IdsAsync()).Should().Equal(1, 2);
        (await AppendAsync("alice", "next")).Id.Should().Be(11);
        (await DeleteManyAsync(MessageSelection.Between(1, 100), App, room: NewRoom())).Deleted.Should().Be(0);
    }

    [Fact]
    public virtual async Task All_messages_of_an_author_are_deleted_and_no_others()
    {
        await AppendManyAsync(10);

        (await DeleteManyAsync(MessageSelection.By("alice", 3, 7), App)).Deleted.Should().Be(3);
        (await IdsAsync()).Should().Equal(1, 2, 4, 6, 8, 9, 10);
        (await DeleteManyAsync(MessageSelection.By("alice"), App)).Deleted.Should().Be(2);
        (await IdsAsync()).Should().Equal(2, 4, 6, 8, 10);
        (await ReadAsync(new MessageQuery { User = "alice" })).Messages.Should().BeEmpty();
        (await DeleteManyAsync(MessageSelection.By("nobody"), App)).Deleted.Should().Be(0);
    }

    [Fact]
    public virtual async Task Many_messages_old_and_new_take_few_steps_with_progress()
    {
        await AppendManyAsync(1300);
        await DeleteAsync(200);
        var reports = new List<DeletionProgress>();

        var done = await DeleteManyAsync(MessageSelection.Between(2, 1299), App, progress: new Reports(reports));

        done.Should().Be(new DeletionProgress(1297, 1298, 1298));
        reports.Should().HaveCountLessThanOrEqualTo(4).And.BeInAscendingOrder(report => report.Done).And.EndWith(done);
        (await IdsAsync()).Should().Equal(1, 1300);
    }

    [Fact]
    public virtual async Task Scattered_messages_old_and_new_are_deleted_like_others()
    {
        await AppendManyAsync(900);
        await DeleteManyAsync(MessageSelection.By("bob"), App);
        await DeleteManyAsync(MessageSelection.Of(1, 129, 257, 513, 897, 899), App);

        var left = new List<long>();
        for (var page = await ReadAsync(new MessageQuery { After = 0, Limit = 1000 }); ; page = await ReadAsync(new MessageQuery { After = left[^1], Limit = 1000 }))
        {
            left.AddRange(page.Messages.Select(message => message.Id));
            if (!page.HasNewer)
            {
                break;
            }
        }

        left.Should().Equal(Enumerable.Range(1, 900).Where(id => id % 2 == 1 && id is not (1 or 129 or 257 or 513 or 897 or 899)).Select(id => (long)id));
    }

    [Fact]
    public virtual async Task A_run_is_one_event_live_and_when_catching_up()
    {
        await AppendManyAsync(600);
        var position = (await ReadAsync()).Position;
        await using var log = new WatchLog(Store.WatchAsync(Room, position, Cancelled));
        await log.CaughtUpAsync();

        await new Chat(Store).Room(Room).DeleteManyAsync(MessageSelection.Between(11, 590), App, "spam", cancellationToken: Cancelled);
        await DeleteManyAsync(MessageSelection.Of(1, 3, 4, 5), App);
        await AppendAsync("alice", "next");

        await log.UntilAsync(seen => seen.CreatedIds.Any());
        var live = log.Events.OfType<RoomEvent.DeletedMany>().ToList();
        live.SelectMany(happened => happened.MessageIds).Should().Equal([.. Enumerable.Range(11, 580).Select(id => (long)id), 1, 3, 4, 5]);
        live.Should().HaveCountLessThanOrEqualTo(3);
        live[0].Should().Match<RoomEvent.DeletedMany>(happened => happened.User == null && happened.Reason == "spam" && happened.DeletedAt > DateTimeOffset.UnixEpoch);
        live[^1].Reason.Should().BeNull();
        log.Events.Should().NotContain(happened => happened is RoomEvent.Deleted || happened is RoomEvent.Gap);
        log.Room.Should().ContainSingle().Which.Id.Should().Be(601);

        var changes = await Store.ReadChangesAsync(Room, position, 100, Cancelled);
        changes.Events.OfType<RoomEvent.DeletedMany>().Select(happened => (happened.Reason, happened.DeletedAt, string.Join(',', happened.MessageIds)))
            .Should().Equal(live.Select(happened => (happened.Reason, happened.DeletedAt, string.Join(',', happened.MessageIds))));
        changes.Events.Should().HaveCount(live.Count + 1);
        changes.Position.Should().Be((await ReadAsync()).Position);
    }

    [Fact]
    public virtual async Task Changes_of_deleted_messages_are_reported_as_the_deletion_only()
    {
        await AppendManyAsync(5);
        var chat = new Chat(Store);
        var position = (await ReadAsync()).Position;
        await EditAsync(2, "edited");
        await chat.Room(Room).Reactions.AddAsync(2, "alice", "👍", Cancelled);
        await chat.Room(Room).Pins.PinAsync(2, App, Cancelled);
        await DeleteManyAsync(MessageSelection.Between(1, 3), App);

        (await Store.ReadChangesAsync(Room, position, 100, Cancelled)).Events
            .Should().ContainSingle().Which.Should().BeOfType<RoomEvent.DeletedMany>().Which.MessageIds.Should().Equal(1, 2, 3);
        (await Store.ReadChangesAsync(Room, RoomPosition.Start, 100, Cancelled)).Events.Select(happened => happened.GetType())
            .Should().Equal(typeof(RoomEvent.Created), typeof(RoomEvent.Created));
    }

    [Fact]
    public virtual async Task A_reader_whose_own_position_was_deleted_continues()
    {
        await AppendManyAsync(5);
        var position = (await ReadAsync()).Position;
        await AppendManyAsync(2);
        await DeleteManyAsync(MessageSelection.Between(4, 6), App);

        var changes = await Store.ReadChangesAsync(Room, position, 100, Cancelled);

        changes.Events.Select(happened => happened.GetType()).Should().Equal(typeof(RoomEvent.DeletedMany), typeof(RoomEvent.Created));
        (await Store.ReadChangesAsync(Room, position with { Stamp = position.Stamp + 1 }, 100, Cancelled)).Events
            .Should().NotContain(happened => happened is RoomEvent.Edited);
    }

    [Fact]
    public virtual async Task Reactions_pins_and_counts_are_those_that_single_deletions_leave()
    {
        var (one, many) = (NewRoom(), NewRoom());
        var chat = new Chat(Store);
        foreach (var room in new[] { one, many })
        {
            await AppendManyAsync(300, room);
            await chat.Room(room).ReadMarkers.MarkReadAsync("carol", 250, Cancelled);
            foreach (var id in new long[] { 2, 3, 12, 140, 299 })
            {
                await chat.Room(room).Reactions.AddAsync(id, "alice", "👍", Cancelled);
                await chat.Room(room).Reactions.AddAsync(id, "bob:2", "👍", Cancelled);
                await chat.Room(room).Pins.PinAsync(id, App, Cancelled);
            }
        }

        long[] deleted = [1, 2, 3, .. Enumerable.Range(130, 50), 260, 299];
        foreach (var id in deleted)
        {
            await chat.Room(one).DeleteAsync(id, App, cancellationToken: Cancelled);
        }

        (await DeleteManyAsync(MessageSelection.Of(deleted), App, room: many)).Deleted.Should().Be(deleted.Length);

        var (pageOfOne, pageOfMany) = (await ReadAsync(new MessageQuery(1000), one), await ReadAsync(new MessageQuery(1000), many));
        pageOfMany.Messages.Select(message => message.Id).Should().Equal(pageOfOne.Messages.Select(message => message.Id));
        pageOfMany.Reactions.Keys.Should().BeEquivalentTo(pageOfOne.Reactions.Keys).And.BeEquivalentTo([12L]);
        (await chat.Room(many).Pins.ListAsync(Cancelled)).Select(pin => pin.MessageId).Should().Equal(12);
        (await chat.Room(many).ReadMarkers.GetUnreadAsync("carol", Cancelled)).Should().Be(await chat.Room(one).ReadMarkers.GetUnreadAsync("carol", Cancelled));
        (await chat.Room(many).ReadMarkers.GetUnreadAsync("carol", Cancelled)).Count.Should().Be(48);
        (await ReadAsync(new MessageQuery(1000) { User = "alice" }, many)).Messages.Select(message => message.Id)
            .Should().Equal((await ReadAsync(new MessageQuery(1000) { User = "alice" }, one)).Messages.Select(message => message.Id));
        (await chat.Rooms.GetInfoAsync(many, Cancelled)).Messages.Should().Be(300 - deleted.Length);
    }

    [Fact]
    public virtual async Task Each_message_takes_the_right_that_its_single_deletion_takes()
    {
        await AppendManyAsync(10);
        await DeleteManyAsync(MessageSelection.Of(1), "alice");
        var members = new Chat(Store).Room(Room).Members;
        await RefusedAsync(MessageSelection.Between(2, 5), "alice", ForbiddenReason.NotMember);
        await members.SetRoleAsync("olga", RoomRole.Owner, App, cancellationToken: Cancelled);
        await members.SetRoleAsync("mia", RoomRole.Moderator, "olga", cancellationToken: Cancelled);
        await members.SetRoleAsync("alice", RoomRole.Member, "olga", cancellationToken: Cancelled);
        await members.SetRoleAsync("bob", RoomRole.Reader, "olga", cancellationToken: Cancelled);

        await RefusedAsync(MessageSelection.Of(3, 4, 5), "alice", ForbiddenReason.NotPermitted);
        await RefusedAsync(MessageSelection.By("bob"), "bob", ForbiddenReason.NotPermitted);
        await RefusedAsync(MessageSelection.By("bob"), "nobody", ForbiddenReason.NotMember);
        (await IdsAsync()).Should().HaveCount(9);
        (await DeleteManyAsync(MessageSelection.By("alice", 2, 6), "alice")).Deleted.Should().Be(2);
        (await DeleteManyAsync(MessageSelection.By("bob"), "mia")).Deleted.Should().Be(5);
        await members.BanAsync("alice", "olga", cancellationToken: Cancelled);
        await RefusedAsync(MessageSelection.By("alice"), "alice", ForbiddenReason.Banned);
        (await IdsAsync()).Should().Equal(7, 9);

        async Task RefusedAsync(MessageSelection messages, string user, ForbiddenReason reason) =>
            (await Assert.ThrowsAsync<ChatForbiddenException>(() => DeleteManyAsync(messages, user))).Reason.Should().Be(reason);
    }

    [Fact]
    public virtual async Task Several_callers_delete_each_message_once()
    {
        await AppendManyAsync(700);
        var other = OpenStore();
        await using var log = new WatchLog(Store.WatchAsync(Room, (await ReadAsync()).Position, Cancelled));
        await log.CaughtUpAsync();

        var deleting = Enumerable.Range(0, 4).Select(n => DeleteManyAsync(MessageSelection.Between(1, 690), App, store: n % 2 == 0 ? Store : other)).ToList();
        var single = Enumerable.Range(1, 20).Select(async n => await DeleteAsync(n * 30) ? 1L : 0).ToList();
        var deleted = (await Task.WhenAll(deleting)).Sum(done => done.Deleted) + (await Task.WhenAll(single)).Sum();

        deleted.Should().Be(690);
        await AppendAsync("alice", "next");
        await log.UntilAsync(seen => seen.CreatedIds.Any());
        log.Events.OfType<RoomEvent.DeletedMany>().SelectMany(happened => happened.MessageIds)
            .Concat(log.Events.OfType<RoomEvent.Deleted>().Select(happened => happened.MessageId))
            .Order().Should().Equal(Enumerable.Range(1, 690).Select(id => (long)id));
        (await new Chat(Store).Rooms.GetInfoAsync(Room, Cancelled)).Messages.Should().Be(11);
    }

    [Fact]
    public virtual async Task A_cancelled_deletion_is_continued_by_the_next_call()
    {
        await AppendManyAsync(1201);
        (await DeleteManyAsync(MessageSelection.Of(1201), App)).Deleted.Should().Be(1);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var reports = new List<DeletionProgress>();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Chat(Store).Room(Room).DeleteManyAsync(
            MessageSelection.Between(1, 1199), App, progress: new Reports(reports, stop.Cancel), cancellationToken: stop.Token));
        var done = await DeleteManyAsync(MessageSelection.Between(1, 1199), App);

        reports.Should().ContainSingle();
        (reports[0].Deleted + done.Deleted).Should().Be(1199);
        (await IdsAsync()).Should().Equal(1200);
    }

    private Task<DeletionProgress> DeleteManyAsync(
        MessageSelection messages, Actor by, IProgress<DeletionProgress>? progress = null, string? room = null, IMessageStore? store = null) =>
        new Chat(store ?? Store).Room(room ?? Room).DeleteManyAsync(messages, by, null, progress, Cancelled);

    private async Task<IEnumerable<long>> IdsAsync() => (await ReadAsync(new MessageQuery(1000))).Messages.Select(message => message.Id);

    private sealed class Reports(List<DeletionProgress> all, Action? reported = null) : IProgress<DeletionProgress>
    {
        public void Report(DeletionProgress value)
        {
            all.Add(value);
            reported?.Invoke();
        }
    }
}
