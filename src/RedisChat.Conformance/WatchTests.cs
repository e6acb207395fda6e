namespace RedisChat.Conformance;

/// <summary>Watching a room: no event is missed or delivered twice, and all watchers see the same order.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class WatchTests(StoreFactory stores) : StoreTests(stores)
{
    [Fact]
    public virtual async Task A_watcher_without_a_position_receives_events_from_now_on()
    {
        await AppendManyAsync(3);
        await using var log = Watch();
        await log.CaughtUpAsync();

        await AppendAsync("alice", "four");
        await ReachesAsync(log);
        await EditAsync(4, "FOUR");
        await ReachesAsync(log);
        await EditAsync(1, "ONE");
        await ReachesAsync(log);
        await DeleteAsync(2);
        await log.UntilAsync(l => l.Events.Count == 5);

        log.Events[0].Should().BeOfType<RoomEvent.CaughtUp>().Which.Position.MessageId.Should().Be(3);
        log.Events[1].Should().BeOfType<RoomEvent.Created>().Which.Message.Should().Match<Message>(m => m.Id == 4 && m.Text == "four" && m.Version == 1);
        log.Events[2].Should().BeOfType<RoomEvent.Edited>().Which.Message.Should().Be(await Store.GetAsync(Room, 4, Cancelled));
        log.Events[3].Should().BeOfType<RoomEvent.Edited>().Which.Message.Should().Be(await Store.GetAsync(Room, 1, Cancelled));
        log.Events[4].Should().BeOfType<RoomEvent.Deleted>().Which.MessageId.Should().Be(2);
        log.Position.Should().Be((await ReadAsync()).Position);
    }

    [Fact]
    public virtual async Task A_watcher_with_a_position_first_receives_what_changed_since()
    {
        await AppendManyAsync(5);
        var page = await ReadAsync();
        await EditAsync(2, "once");
        await DeleteAsync(3);
        await EditAsync(2, "twice");
        await AppendManyAsync(2);
        await DeleteAsync(6);

        await using var log = Watch(page.Position, page);
        await log.CaughtUpAsync();
        await AppendAsync("alice", "live");
        await log.UntilAsync(l => l.Events.Count == 6);

        log.Events[0].Should().BeOfType<RoomEvent.Deleted>().Which.MessageId.Should().Be(3);
        log.Events[1].Should().BeOfType<RoomEvent.Edited>().Which.Message.Should().Match<Message>(m => m.Id == 2 && m.Text == "twice" && m.Version == 3);
        log.Events[2].Should().BeOfType<RoomEvent.Deleted>().Which.MessageId.Should().Be(6, "a reader may know it from a page that is newer than its position");
        log.Events[3].Should().BeOfType<RoomEvent.Created>().Which.Message.Id.Should().Be(7);
        log.Events[4].Should().BeOfType<RoomEvent.CaughtUp>();
        log.Events[5].Should().BeOfType<RoomEvent.Created>().Which.Message.Id.Should().Be(8);
        log.Room.Should().Equal((await ReadAsync()).Messages);
    }

    [Fact]
    public virtual async Task A_deletion_names_who_deleted_when_and_why_live_and_since_a_position()
    {
        await AppendManyAsync(4);
        var page = await ReadAsync();
        await using var log = Watch();
        await log.CaughtUpAsync();

        await Store.ChangeAsync(Room, 1, _ => MessageDecision.Delete("mod: \"one\"", "spam: {} 😀"), Cancelled);
        await Store.ChangeAsync(Room, 2, _ => MessageDecision.Delete("alice"), Cancelled);
        await EditAsync(3, "edited");
        await Store.ChangeAsync(Room, 3, _ => MessageDecision.Delete(), Cancelled);
        await ReachesAsync(log);
        var changes = await Store.ReadChangesAsync(Room, page.Position, 100, Cancelled);
        var next = await AppendAsync("alice", "next");

        var live = log.Events.OfType<RoomEvent.Deleted>().ToList();
        live.Select(deleted => (deleted.MessageId, deleted.User, deleted.Reason)).Should().Equal(
            (1, "mod: \"one\"", "spam: {} 😀"), (2, "alice", null), (3, null, null));
        // Changes of one microsecond have times after each other, so the last one may be a little ahead of the clock.
        var (from, to) = (page.Messages[^1].Timestamp, next.Timestamp.AddSeconds(1));
        live.Should().OnlyContain(deleted => deleted.DeletedAt >= from && deleted.DeletedAt < to);
        live.Select(deleted => deleted.DeletedAt).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        changes.Events.Should().Equal(live);
    }

    [Fact]
    public virtual async Task A_room_can_be_watched_before_it_exists()
    {
        await using var log = Watch();
        await log.CaughtUpAsync();
        log.Position.Should().Be(RoomPosition.Start);

        await Store.AppendAsync(Room, [New("alice", "one"), New("bob", "two")], Cancelled);
        await DeleteAsync(1);
        var whole = await ReadAsync();
        await log.ReachesAsync(whole.Position);

        log.Room.Should().Equal(whole.Messages);
    }

    [Fact]
    public virtual async Task From_the_start_a_watcher_receives_the_whole_room()
    {
        await AppendManyAsync(1200);
        await DeleteAsync(700);

        await using var log = Watch(RoomPosition.Start);
        await log.CaughtUpAsync();

        log.CreatedIds.Should().Equal(Enumerable.Range(1, 1200).Where(id => id != 700).Select(id => (long)id));
    }

    [Fact]
    public virtual async Task A_page_and_a_watcher_from_its_position_make_the_whole_room_while_others_send()
    {
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 300; i++)
            {
                await AppendAsync("alice", $"{i}");
            }
        });

        for (var round = 0; round < 10; round++)
        {
            var page = await ReadAsync(new MessageQuery { Limit = 1000 });
            await using var log = Watch(page.Position, page);
            await log.CaughtUpAsync();
            var seen = log.Room;
            seen.Select(message => message.Id).Should().Equal(Enumerable.Range(1, seen.Count).Select(id => (long)id));
        }

        await sending;
    }

    [Fact]
    public virtual async Task All_watchers_see_all_messages_of_concurrent_senders_in_one_order()
    {
        const int Senders = 8;
        const int Messages = 500;
        var other = OpenStore();
        var logs = Enumerable.Range(0, 10).Select(n => new WatchLog((n % 2 == 0 ? Store : other).WatchAsync(Room))).ToList();
        await Task.WhenAll(logs.Select(log => log.CaughtUpAsync()));

        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(async () =>
        {
            for (var i = 0; i < Messages; i++)
            {
                await (sender % 2 == 0 ? Store : other).AppendAsync(Room, [New($"user{sender}", $"{sender}:{i}")], Cancelled);
            }
        })));

        foreach (var log in logs)
        {
            await log.UntilAsync(l => l.Events.Count >= 1 + (Senders * Messages));
            log.CreatedIds.Should().Equal(Enumerable.Range(1, Senders * Messages).Select(id => (long)id));
            log.Events.Should().Equal(logs[0].Events);
            await log.DisposeAsync();
        }
    }

    [Fact]
    public virtual async Task All_watchers_end_with_the_same_room_while_messages_are_sent_edited_and_deleted()
    {
        var other = OpenStore();
        await AppendManyAsync(20);
        var page = await ReadAsync();
        var logs = Enumerable.Range(0, 4).Select(n => new WatchLog((n % 2 == 0 ? Store : other).WatchAsync(Room, page.Position), page)).ToList();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 60; i++)
            {
                var receipt = await AppendAsync($"user{worker}", $"{worker}:{i}");
                await EditAsync(Math.Max(1, receipt.Id - (i % 7)), $"edited by {worker}");
                if (i % 5 == 0)
                {
                    await DeleteAsync(Math.Max(1, receipt.Id - 3));
                }
            }
        })));

        var whole = await ReadAsync(new MessageQuery { Limit = 1000 });
        foreach (var log in logs)
        {
            await log.ReachesAsync(whole.Position);
            log.Room.Should().Equal(whole.Messages);
            log.Position.Should().Be(whole.Position);
            await log.DisposeAsync();
        }
    }

    [Fact]
    public virtual async Task A_watcher_that_pauses_for_long_delays_no_other_and_receives_everything_in_the_end()
    {
        await using var slow = Store.WatchAsync(Room).GetAsyncEnumerator(Cancelled);
        (await slow.MoveNextAsync()).Should().BeTrue();
        await using var quick = Watch();
        await quick.CaughtUpAsync();

        await AppendManyAsync(5000);
        await quick.UntilAsync(log => log.Events.Count == 5001);

        for (var id = 1; id <= 5000; id++)
        {
            (await slow.MoveNextAsync()).Should().BeTrue();
            slow.Current.Should().BeOfType<RoomEvent.Created>().Which.Message.Id.Should().Be(id);
        }
    }

    [Fact]
    public virtual async Task A_stream_enumerated_twice_delivers_everything_twice()
    {
        await AppendManyAsync(3);
        var stream = Store.WatchAsync(Room, RoomPosition.Start);
        await using var one = new WatchLog(stream);
        await using var other = new WatchLog(stream);
        await one.CaughtUpAsync();
        await other.CaughtUpAsync();
        await AppendManyAsync(17);

        foreach (var log in new[] { one, other })
        {
            await log.UntilAsync(l => l.Events.Count == 21);
            log.CreatedIds.Should().Equal(Enumerable.Range(1, 20).Select(id => (long)id));
        }
    }

    [Fact]
    public virtual async Task A_cancelled_watcher_ends_at_once()
    {
        using var cancelled = new CancellationTokenSource();
        var caughtUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var watching = Task.Run(async () =>
        {
            await foreach (var _ in Store.WatchAsync(Room, cancellationToken: cancelled.Token))
            {
                caughtUp.TrySetResult();
            }
        });
        await caughtUp.Task;

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public virtual async Task A_watcher_cancelled_in_the_body_of_the_loop_receives_nothing_more_and_sees_its_own_token()
    {
        await AppendManyAsync(20);
        using var cancelled = new CancellationTokenSource();
        var received = 0;

        var error = await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Store.WatchAsync(Room, RoomPosition.Start, cancelled.Token))
            {
                if (++received == 5)
                {
                    await cancelled.CancelAsync();
                }
            }
        });

        received.Should().Be(5);
        error.CancellationToken.Should().Be(cancelled.Token);
    }

    [Fact]
    public virtual async Task A_watcher_disposed_while_an_event_is_awaited_ends_without_one()
    {
        var watcher = Store.WatchAsync(Room).GetAsyncEnumerator(Cancelled);
        (await watcher.MoveNextAsync()).Should().BeTrue();
        var next = watcher.MoveNextAsync().AsTask();

        await watcher.DisposeAsync();

        (await next.WaitAsync(TimeSpan.FromSeconds(30), Cancelled)).Should().BeFalse();
    }

    [Fact]
    public virtual async Task A_watcher_that_missed_more_than_it_wants_to_catch_up_on_receives_a_gap_and_goes_on()
    {
        await AppendManyAsync(10);
        var page = await ReadAsync();
        await AppendManyAsync(5);
        await EditAsync(1, "edited");
        var now = (await ReadAsync()).Position;

        await using var all = new WatchLog(Store.WatchAsync(Room, new WatchOptions { After = page.Position, MaxCatchUp = 6 }), page);
        await all.CaughtUpAsync();
        all.Events.Should().HaveCount(7).And.NotContain(happened => happened is RoomEvent.Gap);
        await using var log = new WatchLog(Store.WatchAsync(Room, new WatchOptions { After = page.Position, MaxCatchUp = 5 }), page);
        await log.CaughtUpAsync();
        log.Events.Should().Equal(new RoomEvent.Gap(now), new RoomEvent.CaughtUp(now));

        await AppendAsync("alice", "next");
        await log.UntilAsync(l => l.Events.Count == 3);
        log.CreatedIds.Should().Equal(16);
    }

    [Fact]
    public virtual async Task A_watcher_that_asked_for_heartbeats_receives_them_while_nothing_happens()
    {
        await AppendManyAsync(3);
        await using var log = new WatchLog(Store.WatchAsync(Room, new WatchOptions { Heartbeat = TimeSpan.FromMilliseconds(20) }));

        await log.UntilAsync(l => l.Events.Count(happened => happened is RoomEvent.Heartbeat) >= 3);
        log.Events.Should().OnlyContain(happened => happened.Position == log.Events[0].Position);
        log.Events.Should().ContainSingle(happened => happened is RoomEvent.CaughtUp);

        var receipt = await AppendAsync("alice", "four");
        await log.UntilAsync(l => l.CreatedIds.Contains(4));
        await log.UntilAsync(l => l.Events[^1] is RoomEvent.Heartbeat { Position.MessageId: 4 });
        log.Position.Should().Be(receipt.Position);
    }

    [Fact]
    public virtual async Task A_position_of_another_history_is_a_gap_and_the_watching_goes_on()
    {
        await AppendManyAsync(5);
        await EditAsync(1, "changed");
        var now = (await ReadAsync()).Position;
        RoomPosition[] others =
        [
            now with { Epoch = now.Epoch ^ 2 },
            now with { MessageId = 6 },
            now with { Stamp = now.Stamp - 1 },
            now with { Revision = now.Revision - 1 },
            now with { Revision = now.Revision + 1 },
        ];

        foreach (var position in others)
        {
            (await Store.ReadChangesAsync(Room, position, 10, Cancelled)).Events.Should().Equal(new RoomEvent.Gap(now));
            await using var log = Watch(position);
            await log.CaughtUpAsync();
            log.Events.Should().Equal(new RoomEvent.Gap(now), new RoomEvent.CaughtUp(now));
        }

        await using var last = Watch(others[0]);
        await last.CaughtUpAsync();
        await AppendAsync("alice", "next");
        await last.UntilAsync(log => log.Events.Count == 3);
        last.CreatedIds.Should().Equal(6);
    }

    [Fact]
    public virtual async Task Changes_are_read_in_portions()
    {
        await AppendManyAsync(10);
        var page = await ReadAsync();
        for (var id = 1; id <= 7; id++)
        {
            await EditAsync(id, $"edited {id}");
        }

        await AppendManyAsync(7);

        var position = page.Position;
        var events = new List<RoomEvent>();
        RoomChanges changes;
        do
        {
            changes = await Store.ReadChangesAsync(Room, position, 3, Cancelled);
            changes.Events.Should().HaveCountLessThanOrEqualTo(3);
            events.AddRange(changes.Events);
            position = changes.Position;
        }
        while (changes.HasMore);

        events.OfType<RoomEvent.Edited>().Select(edited => edited.Message.Id).Should().Equal(1, 2, 3, 4, 5, 6, 7);
        events.OfType<RoomEvent.Created>().Select(created => created.Message.Id).Should().Equal(11, 12, 13, 14, 15, 16, 17);
        position.Should().Be((await ReadAsync()).Position);
        (await Store.ReadChangesAsync(Room, position, 3, Cancelled)).Events.Should().BeEmpty();
    }

    private WatchLog Watch(RoomPosition? after = null, MessagePage? known = null) => new(Store.WatchAsync(Room, after), known);
}
