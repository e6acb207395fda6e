using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace RedisChat.Tests.Presence;

/// <summary>What a process sends to the store for the presence of its users, and when.</summary>
public sealed class PresenceKeeperTests
{
    private readonly TickingClock _time = new();
    private readonly RecordingStore _store = new();
    private readonly PresenceOptions _options = new();
    private readonly PresenceKeeper _keeper;

    public PresenceKeeperTests() => _keeper = new PresenceKeeper(_store, _options, _time, NullLogger.Instance);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_the_first_and_the_last_connection_of_a_user_call_the_store()
    {
        await EnterAsync("lobby", "alice");
        await EnterAsync("lobby", "alice");
        await LeaveAsync("lobby", "alice");
        _store.Updates.Should().ContainSingle().Which.Update.Entering.Should().Equal("alice");

        await LeaveAsync("lobby", "alice");
        _store.Updates.Should().HaveCount(2);
        _store.Updates[1].Update.Leaving.Should().Equal("alice");
        _store.Updates[1].Update.Changes.Should().Be(1);
    }

    [Fact]
    public async Task Each_room_gets_one_heartbeat_in_a_third_of_the_expiry_and_they_are_spread_over_it()
    {
        const int Rooms = 100;
        for (var i = 0; i < Rooms; i++)
        {
            await EnterAsync($"room {i}", "alice");
            await EnterAsync($"room {i}", "bob");
        }

        _store.Clear();
        var most = 0;
        for (var tick = 1; tick <= 100; tick++)
        {
            var before = _store.Updates.Count;
            await AdvanceAsync(_options.Expiry / 300);
            most = Math.Max(most, _store.Updates.Count - before);
        }

        _store.Updates.Select(update => update.Room).Should().HaveCount(Rooms).And.OnlyHaveUniqueItems();
        _store.Updates.Should().OnlyContain(update => update.Update.Entering.Count == 0 && update.Update.Changes == 2 && update.Update.Expiry == _options.Expiry);
        most.Should().BeLessThanOrEqualTo(3);
    }

    [Fact]
    public async Task In_a_room_with_rules_users_enter_again_with_each_heartbeat_and_those_who_are_refused_are_tried_again()
    {
        _store.HasRules = true;
        await EnterAsync("lobby", "alice");
        await EnterAsync("lobby", "bob");
        _store.Forbidden = "bob";

        (await HeartbeatAsync()).Entering.Should().BeEquivalentTo("alice", "bob");
        var refused = Assert.Throws<ChatForbiddenException>(() => _keeper.ThrowIfRefused("lobby", "bob"));
        refused.Reason.Should().Be(ForbiddenReason.Banned);
        _keeper.ThrowIfRefused("lobby", "alice");

        _store.Forbidden = null;
        (await HeartbeatAsync()).Entering.Should().BeEquivalentTo("alice", "bob");
        _keeper.ThrowIfRefused("lobby", "bob");

        _store.Forbidden = "bob";
        await HeartbeatAsync();
        _store.Clear();
        await LeaveAsync("lobby", "bob");
        _store.Updates.Should().BeEmpty("the store does not have the user");
        (await HeartbeatAsync()).Entering.Should().Equal("alice");
        await LeaveAsync("lobby", "alice");
        _store.Updates[^1].Update.Leaving.Should().Equal("alice");
        await AdvanceAsync(_options.Expiry);
        _keeper.IsBeating.Should().BeFalse();

        async Task<PresenceUpdate> HeartbeatAsync()
        {
            _store.Clear();
            for (var tick = 0; tick < 100; tick++)
            {
                await AdvanceAsync(_options.Expiry / 300);
            }

            return _store.Updates.Should().ContainSingle().Which.Update;
        }
    }

    [Fact]
    public async Task Without_users_there_are_no_heartbeats()
    {
        await EnterAsync("lobby", "alice");
        await LeaveAsync("lobby", "alice");
        _store.Clear();

        await AdvanceAsync(_options.Expiry / 300);
        _time.Advance(_options.Expiry);
        _store.Updates.Should().BeEmpty();
        _keeper.Leave("lobby", "alice");
    }

    [Fact]
    public async Task A_leave_that_failed_is_sent_again_with_the_next_heartbeat()
    {
        await EnterAsync("lobby", "alice");
        _store.Fails = true;
        await Assert.ThrowsAsync<ChatUnavailableException>(() => LeaveAsync("lobby", "alice"));
        _store.Fails = false;
        _store.Clear();

        await AdvanceAsync(_options.Expiry / 2);
        _store.Updates.Should().ContainSingle().Which.Update.Leaving.Should().Equal("alice");
        _store.Updates[0].Update.Changes.Should().Be(1);
    }

    [Fact]
    public async Task A_user_whose_entering_failed_may_have_entered_and_leaves_with_the_next_heartbeat()
    {
        _store.Fails = true;
        await Assert.ThrowsAsync<ChatUnavailableException>(() => EnterAsync("lobby", "alice"));
        _keeper.Leave("lobby", "alice");
        _store.Fails = false;
        _store.Clear();

        await AdvanceAsync(_options.Expiry / 2);
        _store.Updates.Should().ContainSingle().Which.Update.Leaving.Should().Equal("alice");
    }

    [Fact]
    public async Task A_process_that_the_store_does_not_know_any_more_enters_all_its_users_again_under_a_new_name()
    {
        await EnterAsync("lobby", "alice");
        await EnterAsync("lobby", "bob");
        var before = _store.Updates[0].Update.Process;
        _store.Refuses = before;
        _store.Clear();

        await AdvanceAsync(_options.Expiry / 3);

        _store.Updates.Should().HaveCount(3);
        _store.Updates[0].Update.Process.Should().Be(before);
        var again = _store.Updates[1].Update;
        again.Process.Should().NotBe(before);
        again.Changes.Should().Be(0);
        again.Entering.Should().BeEquivalentTo("alice", "bob");
        _store.Updates[2].Update.Should().Match<PresenceUpdate>(update => update.Process == before && update.Expiry == TimeSpan.Zero, "the former process leaves after that");
        await LeaveAsync("lobby", "alice");
        _store.Updates[3].Update.Changes.Should().Be(1);
    }

    [Fact]
    public async Task Many_users_are_sent_in_updates_of_bounded_length()
    {
        for (var i = 0; i < 1000; i++)
        {
            _keeper.Enter("lobby", $"user {i}");
        }

        await _keeper.SettleAsync("lobby", "user 0", Cancelled);
        await _keeper.SettleAsync("lobby", "user 999", Cancelled);

        _store.Updates.SelectMany(update => update.Update.Entering).Should().HaveCount(1000).And.OnlyHaveUniqueItems();
        _store.Updates.Should().OnlyContain(update => update.Update.Entering.Count <= 256);
        _store.Updates.Select(update => update.Update.Changes).Should().Equal(0, 1, 2, 3);
    }

    [Fact]
    public void Typing_is_throttled_for_each_user_and_room()
    {
        var throttle = _keeper.Typing;
        throttle.TryTake("lobby", "alice").Should().BeTrue();
        throttle.TryTake("lobby", "alice").Should().BeFalse();
        throttle.TryTake("kitchen", "alice").Should().BeTrue();
        throttle.TryTake("lobby", "bob").Should().BeTrue();

        _time.Advance(_options.TypingInterval - TimeSpan.FromMilliseconds(1));
        throttle.TryTake("lobby", "alice").Should().BeFalse();
        throttle.TryTake("lobby", "carol").Should().BeTrue();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        throttle.TryTake("lobby", "alice").Should().BeTrue();
        throttle.TryTake("lobby", "carol").Should().BeFalse("it was sent in the interval before");
        throttle.Undo("lobby", "carol");
        throttle.TryTake("lobby", "carol").Should().BeTrue();
    }

    private async Task EnterAsync(string room, string user)
    {
        _keeper.Enter(room, user);
        await _keeper.SettleAsync(room, user, Cancelled);
    }

    private async Task LeaveAsync(string room, string user)
    {
        _keeper.Leave(room, user);
        await _keeper.SettleAsync(room, user, Cancelled);
    }

    /// <summary>Advances the clock tick by tick, and after each waits until the keeper has done what was due and waits for the next one, or has ended.</summary>
    private async Task AdvanceAsync(TimeSpan by)
    {
        var tick = _options.Expiry / 300;
        for (var rest = by; rest > TimeSpan.Zero; rest -= tick)
        {
            await UntilItWaitsAsync();
            _time.Advance(tick);
        }

        await UntilItWaitsAsync();

        async Task UntilItWaitsAsync()
        {
            while (_keeper.IsBeating && !_time.IsAwaited)
            {
                await Task.Yield();
                Cancelled.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Knows whether the keeper waits for its next tick. All its other timers are longer.</summary>
    private sealed class TickingClock : FakeTimeProvider
    {
        private volatile ITimer? _awaited;

        public bool IsAwaited => _awaited is not null;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime <= TimeSpan.Zero || dueTime > TimeSpan.FromMilliseconds(100))
            {
                return base.CreateTimer(callback, state, dueTime, period);
            }

            ITimer? timer = null;
            timer = base.CreateTimer(
                fired =>
                {
                    _awaited = null;
                    callback(fired);
                },
                state, dueTime, period);
            _awaited = timer;
            return timer;
        }
    }

    private sealed class RecordingStore : IMessageStore, IPresenceStore
    {
        private readonly List<(string Room, PresenceUpdate Update)> _updates = [];

        public bool Fails { get; set; }

        public string? Refuses { get; set; }

        public bool HasRules { get; set; }

        /// <summary>A user who may not enter.</summary>
        public string? Forbidden { get; set; }

        public IReadOnlyList<(string Room, PresenceUpdate Update)> Updates
        {
            get
            {
                lock (_updates)
                {
                    return [.. _updates];
                }
            }
        }

        public bool RecognizesRepeatedAppends => false;

        public void Clear()
        {
            lock (_updates)
            {
                _updates.Clear();
            }
        }

        public ValueTask<PresenceAnswer> UpdatePresenceAsync(string room, PresenceUpdate update, CancellationToken cancellationToken = default)
        {
            lock (_updates)
            {
                _updates.Add((room, update));
            }

            return Fails ? throw new ChatUnavailableException("It is down.") { MayHaveHappened = true } : new(new PresenceAnswer
            {
                IsAccepted = update.Process != Refuses || update.Expiry == TimeSpan.Zero,
                HasRules = HasRules,
                Refused = update.Entering.Where(user => user == Forbidden).ToDictionary(user => user, _ => new ChatForbiddenException("no") { Reason = ForbiddenReason.Banned }),
            });
        }

        public ValueTask<PresentUsers> ReadPresentUsersAsync(string room, string? cursor, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask SendTypingAsync(string room, string user, TimeSpan duration, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<MessagePage> ReadAsync(string room, MessageQuery query, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<MessageChange> ChangeAsync(string room, long id, Func<Message, MessageDecision> decide, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<RoomChanges> ReadChangesAsync(string room, RoomPosition after, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public IAsyncEnumerable<RoomEvent> WatchAsync(string room, WatchOptions options, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
