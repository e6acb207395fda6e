namespace RedisChat.Conformance;

/// <summary>The guard: rules hold in the same step as the write, for every kind of write, however writes are combined, repeated or raced.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class GuardTests(StoreFactory stores) : StoreTests(stores)
{
    private Chat Chat => new(Store);

    private ChatRoom Target => Chat.Room(Room);

    /// <summary>Runs a test. A store without members overrides this, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task A_banned_user_can_do_nothing() => RunAsync(async () =>
    {
        var sent = await Target.SendAsync("bob", "mine", Cancelled);
        await Target.Members.BanAsync("bob", Actor.Application, TimeSpan.FromHours(1), cancellationToken: Cancelled);

        foreach (var refused in new[]
        {
            await RefusedAsync(() => Target.SendAsync("bob", "again", Cancelled)),
            await RefusedAsync(() => Target.SendManyAsync([new("bob", "one"), new("bob", "two")], Cancelled)),
            await RefusedAsync(() => Target.EditAsync(sent.Id, "bob", "edited", Cancelled)),
            await RefusedAsync(() => Target.DeleteAsync(sent.Id, "bob", cancellationToken: Cancelled)),
            await RefusedAsync(() => Target.Reactions.AddAsync(sent.Id, "bob", "👍", Cancelled)),
            await RefusedAsync(() => Target.ReceiveAsync(new MessageQuery { Reader = "bob" }, Cancelled)),
        })
        {
            refused.Reason.Should().Be(ForbiddenReason.Banned);
            refused.RetryAfter.Should().BePositive();
            refused.Room.Should().Be(Room);
        }

        (await ReadAsync()).Messages.Should().ContainSingle().Which.Text.Should().Be("mine");
        (await Target.SendAsync("alice", "hello", Cancelled)).Id.Should().Be(2);
        await Target.Members.UnbanAsync("bob", Actor.Application, cancellationToken: Cancelled);
        (await Target.SendAsync("bob", "back", Cancelled)).Id.Should().Be(3);
    });

    [Fact]
    public Task Another_process_that_does_not_know_of_the_rules_yet_is_refused_too() => RunAsync(async () =>
    {
        var other = new Chat(OpenStore()).Room(Room);
        var sent = await other.SendAsync("bob", "mine", Cancelled);
        await Target.Members.BanAsync("bob", Actor.Application, cancellationToken: Cancelled);

        await RefusedAsync(() => other.SendAsync("bob", "again", Cancelled));
        other = new Chat(OpenStore()).Room(Room);
        await RefusedAsync(() => other.EditAsync(sent.Id, "bob", "edited", Cancelled));
        other = new Chat(OpenStore()).Room(Room);
        await RefusedAsync(() => other.Reactions.AddAsync(sent.Id, "bob", "👍", Cancelled));
        other = new Chat(OpenStore()).Room(Room);
        await RefusedAsync(() => other.ReceiveAsync(new MessageQuery { Reader = "bob" }, Cancelled));
    });

    [Fact]
    public Task A_muted_user_can_read_and_delete_but_not_speak() => RunAsync(async () =>
    {
        var sent = await Target.SendAsync("bob", "mine", Cancelled);
        await Target.Members.MuteAsync("bob", Actor.Application, cancellationToken: Cancelled);

        (await RefusedAsync(() => Target.SendAsync("bob", "again", Cancelled))).Reason.Should().Be(ForbiddenReason.Muted);
        (await RefusedAsync(() => Target.EditAsync(sent.Id, "bob", "edited", Cancelled))).Reason.Should().Be(ForbiddenReason.Muted);
        (await RefusedAsync(() => Target.Reactions.AddAsync(sent.Id, "bob", "👍", Cancelled))).Reason.Should().Be(ForbiddenReason.Muted);
        (await Target.ReceiveAsync(new MessageQuery { Reader = "bob" }, Cancelled)).Messages.Should().HaveCount(1);
        (await Target.DeleteAsync(sent.Id, "bob", cancellationToken: Cancelled)).Should().BeTrue();

        await Target.Members.UnmuteAsync("bob", Actor.Application, cancellationToken: Cancelled);
        await Target.SendAsync("bob", "back", Cancelled);
    });

    [Fact]
    public Task Rights_are_those_of_the_role() => RunAsync(async () =>
    {
        await Target.Rules.ChangeAsync(Actor.Application, _ => RuleSet.MembersOnly, Cancelled);
        await SetRoleAsync("mia", RoomRole.Moderator);
        await SetRoleAsync("alice", RoomRole.Member);
        await SetRoleAsync("rita", RoomRole.Reader);
        var sent = await Target.SendAsync("alice", "hello", Cancelled);

        (await RefusedAsync(() => Target.SendAsync("rita", "hello", Cancelled))).Reason.Should().Be(ForbiddenReason.NotPermitted);
        (await RefusedAsync(() => Target.SendAsync("stranger", "hello", Cancelled))).Reason.Should().Be(ForbiddenReason.NotMember);
        (await RefusedAsync(() => Target.ReceiveAsync(new MessageQuery { Reader = "stranger" }, Cancelled))).Reason.Should().Be(ForbiddenReason.NotMember);
        (await RefusedAsync(() => Target.DeleteAsync(sent.Id, "rita", cancellationToken: Cancelled))).Reason.Should().Be(ForbiddenReason.NotPermitted);
        (await Target.Reactions.AddAsync(sent.Id, "rita", "👍", Cancelled)).Should().ContainSingle();
        (await Target.ReceiveAsync(new MessageQuery { Reader = "rita" }, Cancelled)).Messages.Should().HaveCount(1);
        (await Target.DeleteAsync(sent.Id, "mia", "off topic", Cancelled)).Should().BeTrue();
    });

    [Fact]
    public Task In_a_room_without_rules_only_authors_and_the_application_change_a_message() => RunAsync(async () =>
    {
        await Target.SendManyAsync([new("alice", "1"), new("alice", "2"), new("alice", "3")], Cancelled);

        await RefusedAsync(() => Target.DeleteAsync(1, "bob", cancellationToken: Cancelled));
        (await RefusedAsync(() => Target.EditAsync(1, "bob", "edited", Cancelled))).Reason.Should().Be(ForbiddenReason.NotAuthor);
        (await Target.DeleteAsync(1, "alice", cancellationToken: Cancelled)).Should().BeTrue();
        (await Target.DeleteAsync(2, Actor.Application, "spam", Cancelled)).Should().BeTrue();
        (await Target.EditAsync(3, Actor.Application, "edited", Cancelled))!.Text.Should().Be("edited");
        await Target.Members.GetAsync("alice", Cancelled);
    });

    [Fact]
    public Task No_rule_binds_the_application() => RunAsync(async () =>
    {
        await Target.SendAsync("bob", "mine", Cancelled);
        await Target.Members.BanAsync("bob", Actor.Application, cancellationToken: Cancelled);
        await Target.Rules.ChangeAsync(Actor.Application, rules => rules with { IsArchived = true, SlowMode = TimeSpan.FromHours(1) }, Cancelled);

        await Target.SendManyAsync([Application("bob", "one"), Application("bob", "two")], Cancelled);
        (await Target.EditAsync(1, Actor.Application, "edited", Cancelled))!.Text.Should().Be("edited");
        (await Target.DeleteAsync(1, Actor.Application, cancellationToken: Cancelled)).Should().BeTrue();
    });

    [Fact]
    public Task An_archived_room_is_read_only() => RunAsync(async () =>
    {
        await Target.SendAsync("alice", "mine", Cancelled);
        await SetRoleAsync("olga", RoomRole.Owner);
        await Target.Rules.ChangeAsync("olga", rules => rules with { IsArchived = true }, Cancelled);

        foreach (var refused in new[]
        {
            await RefusedAsync(() => Target.SendAsync("olga", "again", Cancelled)),
            await RefusedAsync(() => Target.EditAsync(1, "alice", "edited", Cancelled)),
            await RefusedAsync(() => Target.DeleteAsync(1, "alice", cancellationToken: Cancelled)),
            await RefusedAsync(() => Target.Reactions.AddAsync(1, "alice", "👍", Cancelled)),
            await RefusedAsync(() => Target.Members.JoinAsync("bob", Cancelled)),
            await RefusedAsync(() => Target.Members.BanAsync("bob", "olga", cancellationToken: Cancelled)),
        })
        {
            refused.Reason.Should().Be(ForbiddenReason.Archived);
        }

        (await Target.ReceiveAsync(new MessageQuery { Reader = "alice" }, Cancelled)).Messages.Should().HaveCount(1);
        await Target.Rules.ChangeAsync("olga", rules => rules with { IsArchived = false }, Cancelled);
        await Target.SendAsync("alice", "again", Cancelled);
    });

    [Fact]
    public Task A_repeated_send_gets_its_receipt_before_any_rule_is_checked() => RunAsync(async () =>
    {
        var message = new NewMessage("bob", "mine") { IdempotencyKey = "key" };
        var first = await Target.SendAsync(message, Cancelled);
        await Target.Rules.ChangeAsync(Actor.Application, rules => rules with { SlowMode = TimeSpan.FromHours(1) }, Cancelled);
        await Target.SendAsync(message with { IdempotencyKey = "other" }, Cancelled);
        await Target.Members.BanAsync("bob", Actor.Application, cancellationToken: Cancelled);

        var again = await Target.SendAsync(message, Cancelled);

        again.Id.Should().Be(first.Id);
        again.IsDuplicate.Should().BeTrue();
        await RefusedAsync(() => Target.SendAsync(message with { IdempotencyKey = "third" }, Cancelled));
        (await ReadAsync()).Messages.Should().HaveCount(2);
    });

    [Fact]
    public Task Concurrent_repetitions_of_one_send_in_slow_mode_are_one_message() => RunAsync(async () =>
    {
        await Target.Rules.ChangeAsync(Actor.Application, rules => rules with { SlowMode = TimeSpan.FromHours(1) }, Cancelled);
        var message = new NewMessage("bob", "mine") { IdempotencyKey = "key" };

        var receipts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Target.SendAsync(message, Cancelled)));

        receipts.Should().OnlyContain(receipt => receipt.Id == 1);
        receipts.Should().ContainSingle(receipt => !receipt.IsDuplicate);
    });

    [Fact]
    public Task Slow_mode_lets_each_user_send_one_message_at_a_time() => RunAsync(async () =>
    {
        await SetRoleAsync("mia", RoomRole.Moderator);
        await Target.Rules.ChangeAsync(Actor.Application, rules => rules with { SlowMode = TimeSpan.FromHours(1) }, Cancelled);

        await Target.SendAsync("alice", "one", Cancelled);
        await Target.SendAsync("bob", "one", Cancelled);
        await Target.SendManyAsync([new("mia", "one"), new("mia", "two")], Cancelled);
        var refused = await RefusedAsync(() => Target.SendAsync("alice", "two", Cancelled));

        refused.Reason.Should().Be(ForbiddenReason.SlowMode);
        refused.RetryAfter.Should().BePositive().And.BeLessThanOrEqualTo(TimeSpan.FromHours(1));
        var batch = await RefusedAsync(() => Target.SendManyAsync([new("carol", "one"), new("carol", "two")], Cancelled));
        (batch.Reason, batch.RetryAfter).Should().Be((ForbiddenReason.SlowMode, null), "waiting does not help");
        (await Target.SendAsync("carol", "one", Cancelled)).Id.Should().Be(5, "a refused batch stores nothing and costs nothing");
    });

    [Fact]
    public Task Slow_mode_ends_when_the_time_has_passed() => RunAsync(async () =>
    {
        await Target.Rules.ChangeAsync(Actor.Application, rules => rules with { SlowMode = TimeSpan.FromMilliseconds(60) }, Cancelled);
        for (var sent = 0; sent < 3; sent++)
        {
            while (await RefusedOrDoneAsync(() => Target.SendAsync("alice", "hello", Cancelled)) is { } refused)
            {
                refused.Reason.Should().Be(ForbiddenReason.SlowMode);
                refused.RetryAfter.Should().BePositive().And.BeLessThanOrEqualTo(TimeSpan.FromMilliseconds(60));
                await Task.Delay(refused.RetryAfter!.Value + TimeSpan.FromMilliseconds(1), Cancelled);
            }
        }

        var times = (await ReadAsync()).Messages.Select(message => message.Timestamp).ToList();
        times.Zip(times.Skip(1), (one, next) => next - one).Should().OnlyContain(pause => pause >= TimeSpan.FromMilliseconds(60));
    });

    [Fact]
    public Task A_flood_limit_lets_a_burst_pass_and_then_refuses() => RunAsync(async () =>
    {
        await Target.Rules.ChangeAsync(Actor.Application, rules => rules with { Flood = new FloodLimit(5, TimeSpan.FromHours(1)) }, Cancelled);

        await Task.WhenAll(Enumerable.Range(0, 3).Select(n => Target.SendAsync("alice", $"{n}", Cancelled)));
        await Target.SendManyAsync([new("alice", "3"), new("alice", "4")], Cancelled);
        var refused = await RefusedAsync(() => Target.SendAsync("alice", "5", Cancelled));
        await Target.SendAsync("bob", "hello", Cancelled);

        refused.Reason.Should().Be(ForbiddenReason.FloodLimit);
        refused.RetryAfter.Should().BePositive().And.BeLessThanOrEqualTo(TimeSpan.FromHours(1));
        (await ReadAsync()).Messages.Should().HaveCount(6);
        await Target.Rules.ChangeAsync(Actor.Application, rules => rules with { Flood = new FloodLimit(5, TimeSpan.FromMilliseconds(1)) }, Cancelled);
        (await RefusedOrDoneAsync(() => Target.SendAsync("alice", "6", Cancelled)))?.RetryAfter.Should().BeLessThanOrEqualTo(TimeSpan.FromMilliseconds(5), "the new limit counts");
    });

    [Fact]
    public Task Of_combined_sends_a_refused_one_refuses_no_other() => RunAsync(async () =>
    {
        await Target.Members.BanAsync("bob", Actor.Application, cancellationToken: Cancelled);

        // Sends that wait for the same room travel together.
        var sends = Enumerable.Range(0, 200).Select(n => n % 3 == 0
            ? SendAsync([new("alice", $"{n}"), new(n % 2 == 0 ? "bob" : "carol", $"{n}")])
            : SendAsync([new(n % 3 == 1 ? "bob" : "alice", $"{n}")])).ToList();
        var stored = await Task.WhenAll(sends);

        for (var n = 0; n < 200; n++)
        {
            stored[n].Should().Be(n % 3 == 0 ? n % 2 != 0 : n % 3 != 1, $"send {n}");
        }

        var messages = await AllAsync();
        messages.Select(message => message.Id).Should().Equal(Enumerable.Range(1, messages.Count).Select(id => (long)id), "a refused send takes no id");
        messages.Should().NotContain(message => message.User == "bob");
        messages.GroupBy(message => message.Text).Should().OnlyContain(group => group.Count() == (int.Parse(group.Key, System.Globalization.CultureInfo.InvariantCulture) % 3 == 0 ? 2 : 1));

        async Task<bool> SendAsync(IReadOnlyList<NewMessage> batch) =>
            await RefusedOrDoneAsync(() => batch.Count == 1 ? Target.SendAsync(batch[0], Cancelled) : Target.SendManyAsync(batch, Cancelled)) is null;
    });

    [Fact]
    public Task Once_a_ban_has_returned_nothing_of_the_user_is_stored() => RunAsync(async () =>
    {
        var other = new Chat(OpenStore()).Room(Room);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        await Target.SendAsync("bob", "first", Cancelled);
        var sending = Enumerable.Range(0, 8).Select(n => Task.Run(() => FloodAsync(n % 2 == 0 ? Target : other))).ToList();
        await WaitForAsync(message => message.Id >= 50);

        await Target.Members.BanAsync("bob", Actor.Application, cancellationToken: Cancelled);
        var last = (await ReadAsync()).Position;
        var stored = await Task.WhenAll(sending);

        stored.Max().Should().BeLessThanOrEqualTo(last.MessageId);
        (await Target.SendAsync("alice", "after", Cancelled)).Id.Should().Be(last.MessageId + 1);
        (await AllAsync("bob")).Should().OnlyContain(
            message => message.EditedAt == null || message.EditedAt <= DateTimeOffset.UnixEpoch.AddTicks(last.Revision * TimeSpan.TicksPerMicrosecond));

        async Task<long> FloodAsync(ChatRoom room)
        {
            for (var highest = 0L; ;)
            {
                try
                {
                    highest = Math.Max(highest, (await room.SendAsync("bob", "spam", stop.Token)).Id);
                    await room.EditAsync(highest, "bob", "edited", stop.Token);
                }
                catch (ChatForbiddenException e)
                {
                    e.Reason.Should().Be(ForbiddenReason.Banned);
                    return highest;
                }
            }
        }

        async Task WaitForAsync(Func<Message, bool> isIt)
        {
            await foreach (var happened in Store.WatchAsync(Room, RoomPosition.Start, Cancelled))
            {
                if (happened is RoomEvent.Created { Message: var message } && isIt(message))
                {
                    return;
                }
            }
        }
    });

    [Fact]
    public Task A_watcher_ends_when_its_user_may_no_longer_read() => RunAsync(async () =>
    {
        await Target.Members.JoinAsync("bob", Cancelled);
        await Target.Members.JoinAsync("carol", Cancelled);
        await using var bob = new Chat(OpenStore()).Room(Room).WatchAsync(new WatchOptions { As = "bob" }, Cancelled).GetAsyncEnumerator(Cancelled);
        await using var carol = Target.WatchAsync(new WatchOptions { As = "carol" }, Cancelled).GetAsyncEnumerator(Cancelled);
        (await NextAsync(bob)).Should().BeOfType<RoomEvent.CaughtUp>();
        (await NextAsync(carol)).Should().BeOfType<RoomEvent.CaughtUp>();

        await Target.Members.BanAsync("bob", Actor.Application, cancellationToken: Cancelled);
        await Target.SendAsync("carol", "secret", Cancelled);

        var ended = await RefusedAsync(() => NextAsync(bob));
        ended.Reason.Should().Be(ForbiddenReason.Banned);
        (ended.Room, ended.Operation).Should().Be((Room, ChatOperations.Watch));
        (await NextAsync(carol)).Should().BeOfType<RoomEvent.MemberChanged>();
        (await NextAsync(carol)).Should().BeOfType<RoomEvent.Created>();

        await Target.Rules.ChangeAsync(Actor.Application, rules => rules with { Everyone = RoomRights.None }, Cancelled);
        (await NextAsync(carol)).Should().BeOfType<RoomEvent.RulesChanged>("carol is a member");
        await Target.Members.LeaveAsync("carol", Cancelled);
        (await RefusedAsync(() => NextAsync(carol))).Reason.Should().Be(ForbiddenReason.NotMember);
        await using var again = Target.WatchAsync(new WatchOptions { As = "carol" }, Cancelled).GetAsyncEnumerator(Cancelled);
        (await RefusedAsync(() => NextAsync(again))).Reason.Should().Be(ForbiddenReason.NotMember);
    });

    [Fact]
    public Task A_room_leaves_a_stream_of_many_when_the_user_may_no_longer_read_it() => RunAsync(async () =>
    {
        var other = NewRoom();
        await Target.Members.JoinAsync("bob", Cancelled);
        var rooms = Chat.WatchManyAsync([new(Room, null), new(other, null)], new WatchManyOptions { As = "bob" }, Cancelled);
        await using var events = rooms.GetAsyncEnumerator(Cancelled);
        for (var caughtUp = 0; caughtUp < 2; caughtUp++)
        {
            (await NextAsync(events)).Event.Should().BeOfType<RoomEvent.CaughtUp>();
        }

        await Target.Members.BanAsync("bob", Actor.Application, cancellationToken: Cancelled);
        var ended = await NextAsync(events);
        await AppendAsync("alice", "hello", room: other);

        ended.Room.Should().Be(Room);
        ended.Event.Should().BeOfType<RoomEvent.Failed>().Which.Error.Should().BeOfType<ChatForbiddenException>().Which.Reason.Should().Be(ForbiddenReason.Banned);
        (await NextAsync(events)).Should().Match<WatchedRoomEvent>(happened => happened.Room == other && happened.Event is RoomEvent.Created);

        static async Task<WatchedRoomEvent> NextAsync(IAsyncEnumerator<WatchedRoomEvent> events)
        {
            (await events.MoveNextAsync()).Should().BeTrue();
            return events.Current;
        }
    });

    private static async Task<RoomEvent> NextAsync(IAsyncEnumerator<RoomEvent> events)
    {
        (await events.MoveNextAsync()).Should().BeTrue();
        return events.Current;
    }

    [Fact]
    public Task A_watcher_for_a_user_can_be_disposed_while_it_waits() => RunAsync(async () =>
    {
        var events = Target.WatchAsync(new WatchOptions { As = "bob" }, Cancelled).GetAsyncEnumerator(Cancelled);
        (await NextAsync(events)).Should().BeOfType<RoomEvent.CaughtUp>();
        var waiting = events.MoveNextAsync().AsTask();

        await events.DisposeAsync();

        (await waiting).Should().BeFalse();
    });

    private async Task<List<Message>> AllAsync(string? user = null)
    {
        var all = new List<Message>();
        await foreach (var message in Target.ReceiveAllAsync(user, Cancelled))
        {
            all.Add(message);
        }

        return all;
    }

    private static NewMessage Application(string user, string text) => new(user, text) { IsFromApplication = true };

    private Task<RoomMember> SetRoleAsync(string user, string role) => Target.Members.SetRoleAsync(user, role, Actor.Application, cancellationToken: Cancelled);

    private static Task<ChatForbiddenException> RefusedAsync(Func<Task> call) => Assert.ThrowsAsync<ChatForbiddenException>(call);

    private static async Task<ChatForbiddenException?> RefusedOrDoneAsync(Func<Task> call)
    {
        try
        {
            await call();
            return null;
        }
        catch (ChatForbiddenException e)
        {
            return e;
        }
    }
}
