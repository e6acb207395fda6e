using System.Collections.Concurrent;

namespace RedisChat.Conformance;

/// <summary>Scheduled messages: sent exactly once at their time, by whichever process is running, unless they are changed or canceled before.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class ScheduleTests(StoreFactory stores) : StoreTests(stores)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs a test. A store without this ability overrides it, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task A_message_is_sent_once_when_it_is_due() => RunAsync(async () =>
    {
        var room = Open().Room(Room);
        var question = await room.SendAsync("bob", "a question", Cancelled);
        var at = question.Timestamp.AddMilliseconds(300);
        var message = new NewMessage("alice", "an answer") { ReplyTo = 1, Metadata = new Dictionary<string, string> { ["a"] = "b" } };
        var scheduled = await room.Schedule.AddAsync(message, at, Cancelled);
        (await room.Schedule.ListAsync("alice", Cancelled)).Should().ContainSingle().Which.Id.Should().Be(scheduled.Id);
        (await room.ReceiveAsync(cancellationToken: Cancelled)).Messages.Should().HaveCount(1);

        await using var running = Run(Open(OpenStore()), Open(OpenStore()));
        await CountAsync(2);

        var sent = await room.GetAsync(2, Cancelled);
        (sent!.User, sent.Text, sent.ReplyTo, sent.Metadata["a"], sent.IdempotencyKey).Should().Be(("alice", "an answer", 1, "b", null));
        sent.Timestamp.Should().BeOnOrAfter(scheduled.SendAt);
        (await room.Schedule.ListAsync("alice", Cancelled)).Should().BeEmpty();
    });

    [Fact]
    public Task Many_messages_are_sent_once_each_and_in_order_by_several_processes() => RunAsync(async () =>
    {
        const int Count = 90;
        var room = Open().Room(Room);
        var start = (await NowAsync()).AddSeconds(-30);
        await Task.WhenAll(Enumerable.Range(0, Count).Select(n => room.Schedule.AddAsync(new NewMessage("alice", $"{n}"), start.AddMilliseconds(n), Cancelled)));

        await using var running = Run(Open(), Open(OpenStore()), Open(OpenStore()));
        var messages = await CountAsync(Count);

        messages.Select(message => message.Text).Should().BeEquivalentTo(Enumerable.Range(0, Count).Select(n => $"{n}"));
        (await room.Schedule.ListAsync("alice", Cancelled)).Should().BeEmpty();
    });

    [Fact]
    public Task What_is_canceled_is_not_sent() => RunAsync(async () =>
    {
        var room = Open().Room(Room);
        var now = await NowAsync();
        var first = await room.Schedule.AddAsync(new NewMessage("alice", "first"), now.AddMilliseconds(200), Cancelled);
        await room.Schedule.AddAsync(new NewMessage("alice", "second"), now.AddMilliseconds(300), Cancelled);

        (await room.Schedule.CancelAsync("alice", first.Id, Cancelled)).Should().BeTrue();
        (await room.Schedule.CancelAsync("alice", first.Id, Cancelled)).Should().BeFalse();
        await using var running = Run(Open());
        (await CountAsync(1)).Single().Text.Should().Be("second");
        (await room.Schedule.ListAsync("alice", Cancelled)).Should().BeEmpty();
    });

    [Fact]
    public Task A_scheduled_message_is_changed_before_it_is_sent() => RunAsync(async () =>
    {
        var room = Open().Room(Room);
        var now = await NowAsync();
        var later = now.AddDays(1);
        var scheduled = await room.Schedule.AddAsync(new NewMessage("alice", "draft"), later, Cancelled);

        var changed = await room.Schedule.ChangeAsync("alice", scheduled.Id, "final", cancellationToken: Cancelled);
        (changed!.Message.Text, changed.SendAt).Should().Be(("final", scheduled.SendAt));
        var soon = await room.Schedule.ChangeAsync("alice", scheduled.Id, sendAt: now, cancellationToken: Cancelled);
        soon!.Message.Text.Should().Be("final");
        await using var running = Run(Open());
        (await CountAsync(1)).Single().Text.Should().Be("final");

        (await room.Schedule.ChangeAsync("alice", scheduled.Id, "too late", cancellationToken: Cancelled)).Should().BeNull();
    });

    [Fact]
    public Task What_is_put_off_is_not_sent_at_its_old_time() => RunAsync(async () =>
    {
        var room = Open().Room(Room);
        var now = await NowAsync();
        var later = now.AddDays(1);
        var first = await room.Schedule.AddAsync(new NewMessage("alice", "first"), now.AddMilliseconds(200), Cancelled);
        await room.Schedule.ChangeAsync("alice", first.Id, sendAt: later, cancellationToken: Cancelled);
        await room.Schedule.AddAsync(new NewMessage("alice", "second"), now.AddMilliseconds(300), Cancelled);

        await using var running = Run(Open());

        (await CountAsync(1)).Single().Text.Should().Be("second");
        (await room.Schedule.ListAsync("alice", Cancelled)).Should().ContainSingle().Which.Message.Text.Should().Be("first");
    });

    [Fact]
    public Task Each_user_has_a_list_of_their_own_in_order_of_time() => RunAsync(async () =>
    {
        var room = Open().Room(Room);
        var later = (await NowAsync()).AddDays(1);
        await room.Schedule.AddAsync(new NewMessage("alice", "2"), later.AddHours(1), Cancelled);
        await room.Schedule.AddAsync(new NewMessage("alice", "1"), later, Cancelled);
        await room.Schedule.AddAsync(new NewMessage("bob", "3"), later, Cancelled);

        (await room.Schedule.ListAsync("alice", Cancelled)).Select(scheduled => scheduled.Message.Text).Should().Equal("1", "2");
        (await room.Schedule.ListAsync("bob", Cancelled)).Select(scheduled => scheduled.Message.Text).Should().Equal("3");
        (await room.Schedule.ListAsync("carol", Cancelled)).Should().BeEmpty();
        (await room.ReceiveAsync(cancellationToken: Cancelled)).Position.Should().Be(RoomPosition.Start, "a scheduled message creates no room");
    });

    [Fact]
    public Task Scheduling_again_with_the_same_key_schedules_nothing() => RunAsync(async () =>
    {
        var room = Open().Room(Room);
        var message = new NewMessage("alice", "once") { IdempotencyKey = "k" };
        var at = (await NowAsync()).AddSeconds(-1);
        var first = await room.Schedule.AddAsync(message, at, Cancelled);
        (await room.Schedule.AddAsync(message, at, Cancelled)).Id.Should().Be(first.Id);
        await Assert.ThrowsAsync<ChatIdempotencyConflictException>(() => room.Schedule.AddAsync(message with { Text = "other" }, at, Cancelled));

        await using var running = Run(Open());

        (await CountAsync(1)).Single().IdempotencyKey.Should().Be("k");
        (await room.SendAsync(message, Cancelled)).IsDuplicate.Should().BeTrue();
    });

    [Fact]
    public Task What_was_sent_by_hand_under_its_key_is_not_sent_again() => RunAsync(async () =>
    {
        var room = Open().Room(Room);
        var now = await NowAsync();
        var message = new NewMessage("alice", "once") { IdempotencyKey = "k" };
        await room.Schedule.AddAsync(message, now, Cancelled);
        await room.SendAsync(message, Cancelled);
        await room.Schedule.AddAsync(new NewMessage("alice", "next"), now, Cancelled);

        await using var running = Run(Open());

        (await CountAsync(2)).Select(sent => sent.Text).Should().Equal("once", "next");
        await UntilAsync(async () => (await room.Schedule.ListAsync("alice", Cancelled)).Count == 0);
    });

    [Fact]
    public Task What_the_rules_refuse_stays_with_its_failure_until_it_is_changed() => RunAsync(async () =>
    {
        var room = Open().Room(Room);
        var now = await NowAsync();
        await room.Members.BanAsync("alice", Actor.Application, cancellationToken: Cancelled);
        var scheduled = await room.Schedule.AddAsync(new NewMessage("alice", "hello"), now, Cancelled);
        var orphan = await room.Schedule.AddAsync(new NewMessage("bob", "yes") { ReplyTo = 99 }, now, Cancelled);

        await using var running = Run(Open());
        await UntilAsync(async () => (await room.Schedule.ListAsync("alice", Cancelled)).Single().Failure is not null && (await room.Schedule.ListAsync("bob", Cancelled)).Single().Failure is not null);
        (await room.ReceiveAsync(cancellationToken: Cancelled)).Messages.Should().BeEmpty();
        (await room.Schedule.CancelAsync("bob", orphan.Id, Cancelled)).Should().BeTrue();

        await room.Members.UnbanAsync("alice", Actor.Application, cancellationToken: Cancelled);
        (await room.Schedule.ChangeAsync("alice", scheduled.Id, sendAt: await NowAsync(), cancellationToken: Cancelled))!.Failure.Should().BeNull();
        (await CountAsync(1)).Single().Text.Should().Be("hello");
    });

    [Fact]
    public Task Slow_mode_puts_a_message_off() => RunAsync(async () =>
    {
        var room = Open().Room(Room);
        var now = await NowAsync();
        await room.Rules.ChangeAsync(Actor.Application, rules => rules with { SlowMode = TimeSpan.FromSeconds(1) }, Cancelled);
        await room.Schedule.AddAsync(new NewMessage("alice", "1"), now.AddSeconds(-2), Cancelled);
        await room.Schedule.AddAsync(new NewMessage("alice", "2"), now.AddSeconds(-1), Cancelled);

        await using var running = Run(Open());

        var messages = await CountAsync(2);
        messages.Select(message => message.Text).Should().Equal("1", "2");
        (messages[1].Timestamp - messages[0].Timestamp).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
    });

    [Fact]
    public Task Canceling_while_it_is_sent_either_prevents_it_or_says_that_it_was_too_late() => RunAsync(async () =>
    {
        var room = Open().Room(Room);
        var now = await NowAsync();
        await using var running = Run(Open(OpenStore()));
        var canceled = new ConcurrentBag<string>();
        for (var n = 0; n < 30; n++)
        {
            var scheduled = await room.Schedule.AddAsync(new NewMessage("alice", $"{n}"), now, Cancelled);
            if (await room.Schedule.CancelAsync("alice", scheduled.Id, Cancelled))
            {
                canceled.Add($"{n}");
            }
        }

        var messages = await CountAsync(30 - canceled.Count);
        messages.Select(message => message.Text).Should().BeEquivalentTo(Enumerable.Range(0, 30).Select(n => $"{n}").Except(canceled));
    });

    [Fact]
    public Task A_message_that_was_changed_after_it_was_claimed_is_sent_as_it_was_changed() => RunAsync(async () =>
    {
        var room = Open().Room(Room);
        var schedule = Store.GetAbility<IScheduleStore>()!;
        var scheduled = await room.Schedule.AddAsync(new NewMessage("alice", "draft"), (await NowAsync()).AddSeconds(-1), Cancelled);
        var due = (await schedule.ClaimDueAsync(TimeSpan.FromMinutes(5), 16, Cancelled)).Messages.Single();

        await room.Schedule.ChangeAsync("alice", scheduled.Id, "final", cancellationToken: Cancelled);

        var old = new NewMessage("alice", "draft") { IdempotencyKey = "k" };
        (await schedule.SendScheduledAsync(due, old, Durability.Memory, Cancelled)).Should().BeNull();
        await schedule.SettleAsync(due, null, Cancelled);
        await using var running = Run(Open());
        (await CountAsync(1)).Single().Text.Should().Be("final");
    });

    [Fact]
    public Task A_claim_that_ends_without_a_send_leaves_the_message_scheduled() => RunAsync(async () =>
    {
        var room = Open().Room(Room);
        var now = await NowAsync();
        var schedule = Store.GetAbility<IScheduleStore>()!;
        await room.Schedule.AddAsync(new NewMessage("alice", "claimed"), now.AddSeconds(-1), Cancelled);
        (await schedule.ClaimDueAsync(TimeSpan.FromMinutes(5), 16, Cancelled)).Messages.Should().HaveCount(1);
        (await schedule.ClaimDueAsync(TimeSpan.FromMinutes(5), 16, Cancelled)).Messages.Should().BeEmpty("it is claimed");
        await room.Schedule.AddAsync(new NewMessage("alice", "once"), now.AddSeconds(-1), Cancelled);
        (await schedule.ClaimDueAsync(TimeSpan.FromMilliseconds(1), 16, Cancelled)).Messages.Should().HaveCount(1);

        await using var running = Run(Open());

        (await CountAsync(1)).Single().Text.Should().Be("once");
    });

    [Fact]
    public Task A_filter_that_fails_for_a_while_delays_a_message() => RunAsync(async () =>
    {
        var room = Open().Room(Room);
        await room.Schedule.AddAsync(new NewMessage("alice", "patience"), (await NowAsync()).AddSeconds(-1), Cancelled);
        var filter = new FailingOnce();
        var options = new ChatOptions();
        options.Schedule.PollInterval = TimeSpan.FromMilliseconds(100);

        await using var running = Run(new Chat(Store, options, filters: [filter]));

        (await CountAsync(1)).Single().Text.Should().Be("patience");
        filter.Calls.Should().Be(2);
    });

    [Fact]
    public Task A_message_can_be_scheduled_in_a_thread() => RunAsync(async () =>
    {
        var room = Open().Room(Room);
        var question = await room.SendAsync("bob", "a question", Cancelled);
        await room.Thread(1).SendAsync("bob", "more", Cancelled);
        var message = new NewMessage("alice", "@bob yes") { ReplyTo = 1, Mentions = [Mention.User("bob")] };
        await room.Thread(1).Schedule.AddAsync(message, question.Timestamp, Cancelled);

        await using var running = Run(Open());
        await UntilAsync(async () => (await room.Thread(1).Schedule.ListAsync("alice", Cancelled)).Count == 0);

        var reply = await room.Thread(1).GetAsync(2, Cancelled);
        (reply!.Text, reply.ReplyTo, reply.Mentions.Count).Should().Be(("@bob yes", 1, 1));
        (await room.ReceiveAsync(cancellationToken: Cancelled)).Threads[1].Count.Should().Be(2);
        (await room.Thread(1).Mentions.ListAsync("bob", cancellationToken: Cancelled)).Messages.Should().ContainSingle();
    });

    [Fact]
    public Task A_user_can_schedule_only_so_many() => RunAsync(async () =>
    {
        var room = Open().Room(Room);
        var later = (await NowAsync()).AddDays(1);
        for (var n = 0; n < ChatLimits.MaxScheduledMessages; n++)
        {
            await room.Schedule.AddAsync(new NewMessage("alice", $"{n}"), later, Cancelled);
        }

        await Assert.ThrowsAsync<ChatLimitException>(() => room.Schedule.AddAsync(new NewMessage("alice", "one more"), later, Cancelled));
        await room.Schedule.AddAsync(new NewMessage("bob", "mine"), later, Cancelled);
        (await room.Schedule.ListAsync("alice", Cancelled)).Should().HaveCount(ChatLimits.MaxScheduledMessages);
    });

    [Fact]
    public Task Bad_input_schedules_nothing() => RunAsync(async () =>
    {
        var room = Open().Room(Room);
        var now = await NowAsync();
        var later = now.AddDays(1);
        await Assert.ThrowsAsync<ChatInputException>(() => room.Schedule.AddAsync(new NewMessage("alice", ""), later, Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => room.Schedule.AddAsync(new NewMessage("alice", "x"), now.AddYears(20), Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => room.Schedule.CancelAsync("alice", "../x", Cancelled));
        var scheduled = await room.Schedule.AddAsync(new NewMessage("alice", "x"), later, Cancelled);
        await Assert.ThrowsAsync<ChatInputException>(() => room.Schedule.ChangeAsync("alice", scheduled.Id, "", cancellationToken: Cancelled));
        (await room.Schedule.CancelAsync("bob", scheduled.Id, Cancelled)).Should().BeFalse("it is alice's");
        (await room.Schedule.ListAsync("alice", Cancelled)).Should().ContainSingle().Which.Message.Text.Should().Be("x");
    });

    [Fact]
    public Task Deleting_the_room_deletes_what_is_scheduled() => RunAsync(async () =>
    {
        var chat = Open();
        var sent = await chat.SendAsync(Room, "alice", "hello", Cancelled);
        await chat.Room(Room).Schedule.AddAsync(new NewMessage("alice", "never"), sent.Timestamp, Cancelled);
        await chat.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);
        await chat.Room(Room).Schedule.AddAsync(new NewMessage("alice", "in the next room"), sent.Timestamp, Cancelled);

        await using var running = Run(Open());

        (await CountAsync(1)).Single().Text.Should().Be("in the next room");
    });

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(Patience);
        while (!await condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static Running Run(params Chat[] chats) => new(chats);

    private Chat Open(IMessageStore? store = null)
    {
        // Many messages are scheduled at once here, and neither the store nor the machine need be fast.
        var options = new ChatOptions { OperationTimeout = Patience };
        options.Schedule.PollInterval = TimeSpan.FromMilliseconds(100);
        return new Chat(store ?? Store, options);
    }

    /// <summary>Waits until the room has so many messages, and checks that no more of them come while they are read.</summary>
    private async Task<IReadOnlyList<Message>> CountAsync(int count)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(Patience);
        try
        {
            await foreach (var happened in Store.WatchAsync(Room, RoomPosition.Start, limit.Token))
            {
                if (happened.Position.MessageId >= count)
                {
                    break;
                }

                if (count == 0)
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (!Cancelled.IsCancellationRequested)
        {
            // The assertion below says what is missing.
        }

        var messages = (await Store.ReadAsync(Room, new MessageQuery(ChatLimits.MaxPageSize), Cancelled)).Messages;
        messages.Should().HaveCount(count);
        return messages;
    }

    private sealed class FailingOnce : IMessageFilter
    {
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public ValueTask<FilterDecision> FilterAsync(FilteredMessage message, CancellationToken cancellationToken = default) =>
            Interlocked.Increment(ref _calls) == 1 ? throw new InvalidOperationException("The service that checks is down.") : new(FilterDecision.Accept);
    }

    /// <summary>Processes that send what is due, until this is disposed.</summary>
    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly Task[] _tasks;

        public Running(Chat[] chats) => _tasks = [.. chats.Select(chat => Task.Run(() => chat.RunScheduleAsync(_end.Token)))];

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            foreach (var task in _tasks)
            {
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
            }

            _end.Dispose();
        }
    }
}
