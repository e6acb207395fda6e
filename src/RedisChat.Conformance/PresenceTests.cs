namespace RedisChat.Conformance;

/// <summary>Presence and typing: each user counted once, gone with the last process that has them, and no part of the history.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class PresenceTests(StoreFactory stores) : StoreTests(stores)
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    [Fact]
    public virtual async Task A_user_is_present_from_entering_to_leaving_and_watchers_receive_both()
    {
        var presence = Process();
        await using var log = await WatchAsync(presence);

        var here = await presence.EnterAsync("alice", Cancelled);
        (await ListAsync(presence)).Should().Equal("alice");
        await ReceivesAsync(log, "+alice 1");
        await here.DisposeAsync();

        (await ListAsync(presence)).Should().BeEmpty();
        await ReceivesAsync(log, "+alice 1", "-alice 0");
    }

    [Fact]
    public virtual async Task A_user_with_connections_in_several_processes_is_counted_once()
    {
        var (one, other) = (Process(), Process(OpenStore()));
        await using var log = await WatchAsync(one);
        var connections = new List<IAsyncDisposable>();
        foreach (var presence in (RoomPresence[])[one, one, other])
        {
            connections.Add(await presence.EnterAsync("alice", Cancelled));
        }

        var present = await other.ListAsync(cancellationToken: Cancelled);
        present.Users.Should().Equal("alice");
        present.Count.Should().Be(1);
        await ReceivesAsync(log, "+alice 1");
        foreach (var connection in connections)
        {
            (await ListAsync(one)).Should().Equal("alice");
            await connection.DisposeAsync();
            await connection.DisposeAsync();
        }

        (await ListAsync(other)).Should().BeEmpty();
        await ReceivesAsync(log, "+alice 1", "-alice 0");
    }

    [Fact]
    public virtual async Task Present_users_are_listed_page_by_page_each_once()
    {
        var presences = new[] { Process(), Process(OpenStore()) };
        string[] users = [.. Enumerable.Range(1, 25).Select(n => $"user {n}"), "user", "böb", "😀", "a:b{c}%"];
        await Task.WhenAll(presences.SelectMany(presence => users.Select(user => presence.EnterAsync(user, Cancelled))));

        var listed = new List<string>();
        string? cursor = null;
        do
        {
            var page = await presences[0].ListAsync(cursor, 7, Cancelled);
            page.Users.Should().HaveCountLessThanOrEqualTo(7);
            page.Count.Should().Be(users.Length);
            listed.AddRange(page.Users);
            cursor = page.Cursor;
        }
        while (cursor is not null);

        listed.Should().BeEquivalentTo(users).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public virtual async Task Presence_is_no_part_of_the_history()
    {
        var presence = Process();
        await using (await presence.EnterAsync("early", Cancelled))
        {
            (await ReadAsync()).Position.Should().Be(RoomPosition.Start);
        }

        var receipt = await AppendAsync("alice", "hello");
        await using var log = await WatchAsync(presence);
        await using var here = await presence.EnterAsync("alice", Cancelled);
        await presence.TypingAsync("alice", Cancelled);

        await log.UntilAsync(seen => seen.Events.OfType<RoomEvent.Typing>().Any());
        log.Events.Should().OnlyContain(happened => happened.Position == receipt.Position);
        (await ReadAsync()).Position.Should().Be(receipt.Position);
        (await Store.ReadChangesAsync(Room, receipt.Position, 10, Cancelled)).Events.Should().BeEmpty();

        await EditAsync(receipt.Id, "edited");
        await AppendAsync("bob", "next");
        await log.UntilAsync(seen => seen.CreatedIds.Contains(receipt.Id + 1));
        log.Events.OfType<RoomEvent.Edited>().Should().ContainSingle();
        log.Events.OfType<RoomEvent.Gap>().Should().BeEmpty();
    }

    [Fact]
    public virtual async Task The_users_of_a_process_that_does_not_call_any_more_are_gone_after_the_expiry()
    {
        var presence = Process();
        await using var here = await presence.EnterAsync("alice", Cancelled);
        await using var log = await WatchAsync(presence);
        (await UpdateAsync("other", TimeSpan.FromMinutes(1), entering: ["carol"])).Should().BeTrue();
        await ReceivesAsync(log, "+carol 2");
        (await UpdateAsync("dead", Short, entering: ["alice", "bob", "carol"])).Should().BeTrue();
        await ReceivesAsync(log, "+carol 2", "+bob 3", "-bob 2");

        var present = await presence.ListAsync(cancellationToken: Cancelled);
        present.Users.Should().BeEquivalentTo("alice", "carol");
        present.Count.Should().Be(2);
    }

    [Fact]
    public virtual async Task The_last_process_in_a_room_is_missed_by_those_who_only_watch()
    {
        var presence = Process();
        await using var log = await WatchAsync(presence);
        await UpdateAsync("dead", Short, entering: ["alice"]);

        await ReceivesAsync(log, "+alice 1", "-alice 0");
    }

    [Fact]
    public virtual async Task A_process_that_runs_keeps_its_users()
    {
        var presence = Process(options: new() { Expiry = TimeSpan.FromSeconds(2) });
        await using var here = await presence.EnterAsync("alice", Cancelled);
        await using var log = await WatchAsync(presence);

        await UpdateAsync("clock", TimeSpan.FromSeconds(4), entering: ["bob"]);
        await log.UntilAsync(seen => Changes(seen).Exists(change => change.StartsWith("-bob", StringComparison.Ordinal)));

        // A machine that pauses for seconds may have lost her, but only for a moment.
        while (!(await ListAsync(presence)).Contains("alice"))
        {
            await Task.Yield();
        }
    }

    [Fact]
    public virtual async Task An_expired_process_is_refused_and_so_is_one_of_whose_changes_the_store_knows_another_number()
    {
        var presence = Process();
        await using var log = await WatchAsync(presence);
        var lasting = TimeSpan.FromMinutes(1);
        (await UpdateAsync("one", lasting, entering: ["alice"])).Should().BeTrue();
        await ReceivesAsync(log, "+alice 1");
        (await UpdateAsync("one", lasting, entering: ["bob"])).Should().BeFalse("the update may be a repetition");
        (await UpdateAsync("one", lasting, 2, entering: ["bob"])).Should().BeFalse("an update was lost");
        (await UpdateAsync("one", lasting, 1)).Should().BeTrue("it is a heartbeat");
        (await UpdateAsync("one", lasting, 1, entering: ["bob"])).Should().BeTrue();
        (await UpdateAsync("other", lasting, 3)).Should().BeFalse("the store does not know it");
        await ReceivesAsync(log, "+alice 1", "+bob 2");
        (await UpdateAsync("dead", Short, entering: ["carol"])).Should().BeTrue();
        await ReceivesAsync(log, "+alice 1", "+bob 2", "+carol 3", "-carol 2");

        (await UpdateAsync("dead", Short, 1, entering: ["dave"])).Should().BeFalse("it has expired");
        (await ListAsync(presence)).Should().BeEquivalentTo("alice", "bob");
    }

    [Fact]
    public virtual async Task A_process_may_leave_with_all_its_users_at_once()
    {
        var presence = Process();
        await using var log = await WatchAsync(presence);
        await UpdateAsync("one", TimeSpan.FromMinutes(1), entering: ["alice", "bob"]);
        await UpdateAsync("other", TimeSpan.FromMinutes(1), entering: ["bob"]);
        await ReceivesAsync(log, "+alice 2", "+bob 2");
        (await UpdateAsync("one", TimeSpan.Zero)).Should().BeTrue();

        (await ListAsync(presence)).Should().Equal("bob");
        await ReceivesAsync(log, "+alice 2", "+bob 2", "-alice 1");
        (await UpdateAsync("other", TimeSpan.FromMinutes(1), 1, leaving: ["bob", "nobody"])).Should().BeTrue();
        await ReceivesAsync(log, "+alice 2", "+bob 2", "-alice 1", "-bob 0");
    }

    [Fact]
    public virtual async Task In_a_large_room_watchers_receive_the_number_of_users_instead()
    {
        var presence = Process(options: new() { CoalesceAbove = 2, CoalesceInterval = TimeSpan.FromMilliseconds(100) });
        await using var log = await WatchAsync(presence);
        var connections = new List<IAsyncDisposable>();
        for (var i = 1; i <= 5; i++)
        {
            connections.Add(await presence.EnterAsync($"user {i}", Cancelled));
            await ReceivesAsync(log, [.. new[] { "+user 1 1", "+user 2 2" }.Take(i)]);
        }

        await log.UntilAsync(seen => seen.Events is [.., RoomEvent.PresenceChanged { Count: 5 }]);
        await ReceivesAsync(log, "+user 1 1", "+user 2 2");
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }

        // Below the limit again, each user is reported, but only after the others have been.
        await log.UntilAsync(seen => seen.Events[^1] is RoomEvent.PresenceChanged { Count: 0 } or RoomEvent.Left { Count: 0 });
        var counts = log.Events.OfType<RoomEvent.PresenceChanged>().Select(changed => changed.Count).ToList();
        counts.Should().HaveCountLessThan(10).And.Contain(count => count <= 2);
        log.Events.OfType<RoomEvent.Left>().Should().NotContain(left => left.Count >= 2);
    }

    [Fact]
    public virtual async Task Typing_is_throttled_for_each_user_and_says_until_when_it_lasts()
    {
        var presence = Process(options: new() { TypingInterval = TimeSpan.FromMinutes(1), TypingDuration = TimeSpan.FromMinutes(2) });
        await using var log = await WatchAsync(presence);

        // Until when it lasts is given by the clock of the process that receives it, which is this one: not by the store's.
        var before = TimeProvider.System.GetUtcNow();

        (await presence.TypingAsync("alice", Cancelled)).Should().BeTrue();
        (await presence.TypingAsync("alice", Cancelled)).Should().BeFalse();
        (await presence.TypingAsync("bob", Cancelled)).Should().BeTrue();

        await log.UntilAsync(seen => seen.Events.OfType<RoomEvent.Typing>().Count() == 2);
        var typing = log.Events.OfType<RoomEvent.Typing>().ToList();
        typing.Select(happened => happened.User).Should().BeEquivalentTo("alice", "bob");
        typing.Should().OnlyContain(happened => happened.Duration == TimeSpan.FromMinutes(2));
        typing[0].Until.Should().BeOnOrAfter(before + TimeSpan.FromMinutes(2)).And.BeOnOrBefore(TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(2));
        (await ListAsync(presence)).Should().BeEmpty("who types need not be present");
    }

    [Fact]
    public virtual async Task Many_users_who_enter_and_leave_at_once_are_all_counted()
    {
        const int Users = 300;
        RoomPresence[] presences = [Process(), Process(OpenStore()), Process(OpenStore())];
        var connections = await Task.WhenAll(
            Enumerable.Range(0, Users).SelectMany(n => presences.Select(presence => Task.Run(() => presence.EnterAsync($"user {n}", Cancelled)))));

        (await presences[0].ListAsync(limit: 1, cancellationToken: Cancelled)).Count.Should().Be(Users);
        await Task.WhenAll(connections.Select((connection, i) => Task.Run(async () =>
        {
            // Half of them come back at once.
            await connection.DisposeAsync();
            if (i % 2 == 0)
            {
                await (await presences[i % 3].EnterAsync($"user {i / 3}", Cancelled)).DisposeAsync();
            }
        })));

        var left = await presences[1].ListAsync(cancellationToken: Cancelled);
        left.Users.Should().BeEmpty();
        left.Count.Should().Be(0);
    }

    [Fact]
    public async Task Bad_input_is_refused_before_the_store_is_asked()
    {
        var presence = Process();
        await Assert.ThrowsAsync<ChatInputException>(() => presence.EnterAsync("", Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => presence.EnterAsync("line\nbreak", Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => presence.TypingAsync(new string('x', 129), Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => presence.ListAsync("", cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => presence.ListAsync(limit: 0, cancellationToken: Cancelled));
    }

    /// <summary>The presence in the room, as a process of its own has it.</summary>
    private RoomPresence Process(IMessageStore? store = null, PresenceOptions? options = null)
    {
        var chat = new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) };
        if (options is not null)
        {
            chat.Presence.Expiry = options.Expiry;
            chat.Presence.CoalesceAbove = options.CoalesceAbove;
            chat.Presence.CoalesceInterval = options.CoalesceInterval;
            chat.Presence.TypingDuration = options.TypingDuration;
            chat.Presence.TypingInterval = options.TypingInterval;
        }

        return new Chat(store ?? Store, chat).Room(Room).Presence;
    }

    /// <summary>What a process reports, as the store receives it; without heartbeats afterwards.</summary>
    private async Task<bool> UpdateAsync(string process, TimeSpan expiry, long changes = 0, string[]? entering = null, string[]? leaving = null) =>
        (await Store.GetAbility<IPresenceStore>()!.UpdatePresenceAsync(
            Room, new PresenceUpdate { Process = process, Expiry = expiry, Changes = changes, Entering = entering ?? [], Leaving = leaving ?? [] }, Cancelled)).IsAccepted;

    private async Task<WatchLog> WatchAsync(RoomPresence presence)
    {
        await presence.ListAsync(cancellationToken: Cancelled);
        var log = new WatchLog(Store.WatchAsync(Room, cancellationToken: Cancelled));
        await log.CaughtUpAsync();
        return log;
    }

    private static async Task<IReadOnlyList<string>> ListAsync(RoomPresence presence) => (await presence.ListAsync(cancellationToken: Cancelled)).Users;

    /// <summary>Waits for these events of entering and leaving. What is to come in order must be awaited one by one: passing events overtake each other.</summary>
    private static async Task ReceivesAsync(WatchLog log, params string[] changes)
    {
        await log.UntilAsync(seen => Changes(seen).Count >= changes.Length);
        Changes(log).Should().Equal(changes);
    }

    private static List<string> Changes(WatchLog log) =>
        log.Events.Select(happened => happened switch
        {
            RoomEvent.Entered entered => $"+{entered.User} {entered.Count}",
            RoomEvent.Left left => $"-{left.User} {left.Count}",
            _ => "",
        }).Where(change => change != "").ToList();
}
