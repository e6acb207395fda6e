namespace RedisChat.Conformance;

/// <summary>Long rooms. A store may keep old messages in a different form than new ones, but callers must not notice.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class LongHistoryTests(StoreFactory stores) : StoreTests(stores)
{
    private const int Count = 600;

    // At the boundaries of what stores may keep together, and between them.
    private static readonly long[] SomeIds = [1, 2, 64, 127, 128, 129, 255, 256, 383, 384, 400, 511, 512, 599, 600];

    [Theory]
    [InlineData(7)]
    [InlineData(50)]
    [InlineData(128)]
    [InlineData(1000)]
    public async Task Pages_visit_every_message_once_in_either_direction(int limit)
    {
        await FillAsync();

        var backward = new List<Message>();
        MessagePage page;
        long? before = null;
        do
        {
            page = await ReadAsync(new MessageQuery { Before = before, Limit = limit });
            backward.InsertRange(0, page.Messages);
            before = page.Messages[0].Id;
        }
        while (page.HasOlder);

        var forward = new List<Message>();
        do
        {
            page = await ReadAsync(new MessageQuery { After = forward.Count, Limit = limit });
            forward.AddRange(page.Messages);
        }
        while (page.HasNewer);

        forward.Select(message => message.Text).Should().Equal(Enumerable.Range(1, Count).Select(n => $"{n}"));
        backward.Should().Equal(forward);
    }

    [Fact]
    public async Task Messages_are_found_one_by_one_around_each_other_and_by_their_author()
    {
        await FillAsync();

        foreach (var id in SomeIds)
        {
            var message = await Store.GetAsync(Room, id, Cancelled);
            message!.Id.Should().Be(id);
            message.Text.Should().Be($"{id}");
            (await ReadAsync(new MessageQuery { Around = id, Limit = 3 })).Messages.Should().Contain(message);
            var others = await ReadAsync(new MessageQuery { User = message.User, Before = id + 1, Limit = 100 });
            others.Messages[^1].Should().Be(message);
            others.Messages.Should().HaveCount((int)Math.Min((id + 1) / 2, 100)).And.OnlyContain(other => other.User == message.User);
        }
    }

    [Fact]
    public async Task Deleted_messages_are_gone_from_everywhere_also_all_that_were_kept_together()
    {
        await FillAsync();
        long[] deleted = [1, 127, 300, 383, .. Enumerable.Range(128, 128).Select(n => (long)n), 512];
        foreach (var id in deleted)
        {
            (await DeleteAsync(id)).Should().BeTrue();
            (await DeleteAsync(id)).Should().BeFalse();
            (await Store.GetAsync(Room, id, Cancelled)).Should().BeNull();
        }

        var expected = Enumerable.Range(1, Count).Select(n => (long)n).Except(deleted).ToList();
        (await ReadAsync(new MessageQuery { Limit = 1000 })).Messages.Select(message => message.Id).Should().Equal(expected);
        (await ReadAsync(new MessageQuery { User = "bob", Limit = 1000 })).Messages.Select(message => message.Id)
            .Should().Equal(expected.Where(id => id % 2 == 0));
        (await ReadAsync(new MessageQuery { Before = 258, Limit = 3 })).Messages.Select(message => message.Id).Should().Equal(126, 256, 257);
        (await ReadAsync(new MessageQuery { After = 126, Limit = 2 })).Messages.Select(message => message.Id).Should().Equal(256, 257);
        (await AppendAsync("alice", "next")).Id.Should().Be(Count + 1);
    }

    [Fact]
    public virtual async Task Old_messages_are_edited_like_new_ones()
    {
        await FillAsync();
        var whole = await ReadAsync(new MessageQuery { Limit = 1000 });
        var expected = whole.Messages.ToDictionary(message => message.Id);
        var revision = 0L;
        foreach (var id in SomeIds)
        {
            var edited = await EditAsync(id, $"edited {id} 😀\n");
            edited = await EditAsync(id, $"{edited.Message!.Text}twice");

            edited.Outcome.Should().Be(ChangeOutcome.Edited);
            edited.Message!.Version.Should().Be(3);
            edited.Message.Timestamp.Should().Be(expected[id].Timestamp);
            edited.Message.EditedAt.Should().BeOnOrAfter(edited.Message.Timestamp);
            expected[id] = edited.Message;
            var position = (await ReadAsync()).Position;
            position.Revision.Should().BeGreaterThan(revision);
            revision = position.Revision;
            (await Store.GetAsync(Room, id, Cancelled)).Should().Be(edited.Message);
        }

        (await Store.ChangeAsync(Room, 5, _ => MessageDecision.Keep, Cancelled)).Outcome.Should().Be(ChangeOutcome.Unchanged);
        (await ReadAsync(new MessageQuery { Limit = 1000 })).Messages.Should().Equal(expected.Values.OrderBy(message => message.Id));
    }

    [Fact]
    public virtual async Task Changes_of_old_messages_reach_watchers_and_readers_since_a_position()
    {
        await FillAsync();
        var before = await ReadAsync(new MessageQuery { Limit = 1000 });
        await using var log = new WatchLog(Store.WatchAsync(Room, before.Position), before);
        await log.CaughtUpAsync();

        await EditAsync(10, "ten");
        await ReachesAsync(log);
        await EditAsync(300, "three hundred");
        await DeleteAsync(200);
        await EditAsync(10, "TEN");
        await ReachesAsync(log);
        await AppendAsync("alice", "new");
        await DeleteAsync(11);

        var now = await ReadAsync(new MessageQuery { Limit = 1000 });
        await log.ReachesAsync(now.Position);
        log.Room.Should().Equal(now.Messages);
        log.Events.Where(happened => happened is RoomEvent.Edited or RoomEvent.Deleted or RoomEvent.Created).Should().HaveCount(6);

        var changes = await Store.ReadChangesAsync(Room, before.Position, 100, Cancelled);
        changes.Position.Should().Be(now.Position);
        changes.Events.OfType<RoomEvent.Edited>().Select(edited => edited.Message.Text).Should().Equal("three hundred", "TEN");
        changes.Events.OfType<RoomEvent.Deleted>().Select(deleted => deleted.MessageId).Should().Equal(200, 11);
        changes.Events.OfType<RoomEvent.Created>().Select(created => created.Message.Text).Should().Equal("new");

        var all = await Store.ReadChangesAsync(Room, RoomPosition.Start, 1000, Cancelled);
        all.Events.OfType<RoomEvent.Created>().Select(created => created.Message).Should().Equal(now.Messages);
    }

    [Fact]
    public virtual async Task Concurrent_changes_of_old_messages_that_are_kept_together_do_not_undo_each_other()
    {
        await FillAsync();
        var other = OpenStore();

        await Task.WhenAll(Enumerable.Range(0, 24).Select(n => Task.Run(async () =>
        {
            var store = n % 2 == 0 ? Store : other;
            for (var i = 0; i < 4; i++)
            {
                await store.ChangeAsync(Room, 150 + (n / 2), message => MessageDecision.Edit(message.Text + "+"), Cancelled);
            }

            (await store.ChangeAsync(Room, 200 + n, _ => MessageDecision.Delete(), Cancelled)).Outcome.Should().Be(ChangeOutcome.Deleted);
        })));

        for (var id = 150; id < 162; id++)
        {
            var message = await Store.GetAsync(Room, id, Cancelled);
            message!.Text.Should().Be($"{id}++++++++");
            message.Version.Should().Be(9);
        }

        (await ReadAsync(new MessageQuery { Limit = 1000 })).Messages.Should().HaveCount(Count - 24);
    }

    [Fact]
    public virtual async Task Messages_changed_while_others_are_sent_are_all_there_in_the_end()
    {
        var other = OpenStore();
        await AppendManyAsync(200);
        await EditAsync(1, "edited before");
        var changed = new Dictionary<long, string?> { [1] = "edited before" };
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                await AppendManyAsync(50);
            }
        });
        for (var n = 0; !sending.IsCompleted; n++)
        {
            var newest = (await other.ReadAsync(Room, new MessageQuery { Limit = 1 }, Cancelled)).Position.MessageId;
            var id = newest - (n * 37 % Math.Min(newest, 400));
            var text = n % 3 == 0 ? null : $"edit {n}";
            var change = await (n % 2 == 0 ? Store : other).ChangeAsync(Room, id, _ => text is null ? MessageDecision.Delete() : MessageDecision.Edit(text), Cancelled);
            change.Outcome.Should().Be(
                changed.TryGetValue(id, out var earlier) && earlier is null ? ChangeOutcome.NotFound : text is null ? ChangeOutcome.Deleted : ChangeOutcome.Edited);
            changed[id] = change.Outcome == ChangeOutcome.NotFound ? null : text;
        }

        await sending;
        await SettledAsync();
        foreach (var (id, text) in changed)
        {
            (await Store.GetAsync(Room, id, Cancelled))?.Text.Should().Be(text);
        }

        var visited = new List<long>();
        await foreach (var message in new Chat(Store).ReceiveAllAsync(Room, cancellationToken: Cancelled))
        {
            visited.Add(message.Id);
        }

        visited.Should().Equal(Enumerable.Range(1, 1200).Select(n => (long)n).Where(id => !changed.TryGetValue(id, out var text) || text is not null));
    }

    private Task FillAsync() => AppendManyAsync(Count);
}
