using RedisChat.Faults;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>The check finds each kind of violation in a handmade history, and nothing in a correct one.</summary>
public sealed class HistoryCheckTests
{
    private const string Room = "lobby";
    private const string Watcher = "lobby";
    private const ulong Epoch = 7;

    private readonly List<HistoryEvent> _events = [];
    private readonly List<HistoryMessage> _stored = [];
    private int _attempts;
    private long _tick;

    [Fact]
    public void A_history_without_faults_has_no_violations()
    {
        Watch();
        SendStoreAndReceive("one", 1);
        SendStoreAndReceive("two", 2);

        var findings = Check();

        findings.Violations.Should().BeEmpty();
        (findings.Sends, findings.Acknowledged, findings.Ambiguous, findings.Refused, findings.Gaps).Should().Be((2, 2, 0, 0, 0));
    }

    [Fact]
    public void An_acknowledged_message_that_is_not_stored_is_lost()
    {
        Send("one", 1);
        Send("two", 2);
        Store("one", 1);

        Kinds().Should().Equal(ViolationKind.Lost);
    }

    [Theory]
    [InlineData(2, 100)]
    [InlineData(1, 101)]
    public void A_message_stored_with_a_different_id_or_time_than_its_receipt_is_lost(long id, long stamp)
    {
        Acknowledge(Begin("one"), new Receipt(1, 100, false));
        Store("one", id, stamp: stamp);

        Kinds().Should().Contain(ViolationKind.Lost);
    }

    [Fact]
    public void A_message_that_its_author_tried_to_delete_may_or_may_not_be_stored()
    {
        Send("gone", 1);
        Send("there", 2);
        Store("there", 2);
        Change(1, null, acknowledged: false);
        Change(2, null, acknowledged: false);

        Kinds().Should().BeEmpty();
    }

    [Fact]
    public void An_acknowledged_deletion_or_edit_that_is_not_stored_is_undone()
    {
        Send("one", 1);
        Store("one", 1);
        Change(1, null, acknowledged: true);
        Send("two", 2);
        Change(2, "better", acknowledged: true);
        Store("two", 2);

        Kinds().Should().Equal(ViolationKind.Undone, ViolationKind.Undone);
    }

    [Fact]
    public void An_edit_may_be_followed_by_an_edit_whose_answer_was_lost()
    {
        Send("one", 1);
        Change(1, "better", acknowledged: true);
        Change(1, "best", acknowledged: false);
        Store("one", 1, text: "best");

        Kinds().Should().BeEmpty();
    }

    [Fact]
    public void An_edit_that_overwrites_a_later_one_undoes_it()
    {
        Send("one", 1);
        Change(1, "better", acknowledged: true);
        Change(1, "best", acknowledged: true);
        Store("one", 1, text: "better");

        Kinds().Should().Equal(ViolationKind.Undone);
    }

    [Fact]
    public void A_message_that_is_stored_twice_is_doubled()
    {
        Fail(Begin("one"), mayHaveHappened: true);
        Send("one", 2);
        Store("one", 1);
        Store("one", 2);

        Kinds().Should().Equal(ViolationKind.Doubled);
    }

    [Fact]
    public void A_message_stored_before_one_acknowledged_earlier_is_reordered()
    {
        Send("one", 2);
        Send("two", 1);
        Store("two", 1);
        Store("one", 2);

        Kinds().Should().Equal(ViolationKind.Reordered);
    }

    [Fact]
    public void Messages_sent_at_the_same_time_may_come_in_either_order()
    {
        var one = Begin("one");
        var two = Begin("two");
        Acknowledge(two, new Receipt(1, 1, false));
        Acknowledge(one, new Receipt(2, 2, false));
        Store("two", 1);
        Store("one", 2);

        Kinds().Should().BeEmpty();
    }

    [Fact]
    public void A_message_or_a_text_that_nobody_wrote_is_a_phantom()
    {
        Store("never sent", 1);
        Send("one", 2);
        Store("one", 2, text: "never written");

        Kinds().Should().Equal(ViolationKind.Phantom, ViolationKind.Phantom);
    }

    [Fact]
    public void A_missing_id_that_was_not_deleted_is_a_hole()
    {
        Send("two", 2);
        Store("two", 2);

        Kinds().Should().Equal(ViolationKind.Hole);
    }

    [Fact]
    public void Messages_sent_together_but_stored_in_part_are_torn()
    {
        Fail(Begin("one", "two"), mayHaveHappened: true);
        Store("one", 1);

        Kinds().Should().Equal(ViolationKind.Torn);
    }

    [Fact]
    public void Messages_sent_together_but_stored_with_another_in_between_are_torn()
    {
        var batch = Begin("one", "three");
        Send("two", 2);
        Acknowledge(batch, new Receipt(1, 1, false), new Receipt(3, 3, false));
        Store("one", 1);
        Store("two", 2);
        Store("three", 3);

        Kinds().Should().Equal(ViolationKind.Torn);
    }

    [Fact]
    public void A_stored_message_whose_send_failed_for_certain_is_undead()
    {
        Fail(Begin("one"), mayHaveHappened: false);
        Store("one", 1);

        Kinds().Should().Equal(ViolationKind.Undead);
    }

    [Fact]
    public void A_send_that_may_have_happened_stays_ambiguous_even_if_its_repetition_is_refused()
    {
        Fail(Begin("one"), mayHaveHappened: true);
        Fail(Begin("one"), mayHaveHappened: false);
        Store("one", 1);
        Begin("two");

        var findings = Check();
        findings.Violations.Should().BeEmpty();
        findings.Ambiguous.Should().Be(2);
    }

    [Fact]
    public void A_watcher_that_misses_a_message_has_a_hole()
    {
        Watch();
        SendStoreAndReceive("one", 1);
        Send("two", 2);
        Store("two", 2);
        SendStoreAndReceive("three", 3);
        Send("four", 4);
        Store("four", 4);

        Check().Violations.Select(violation => violation.What).Should().HaveCount(3)
            .And.Contain(what => what.Contains("nobody deleted 2")).And.Contain(what => what.Contains("lacks") && what.Contains("four"));
    }

    [Fact]
    public void A_message_delivered_twice_or_out_of_order_is_found()
    {
        Watch();
        SendStoreAndReceive("one", 1);
        SendStoreAndReceive("two", 2);
        Receive(ReceivedKind.Created, "one", 1);

        Kinds().Should().Equal(ViolationKind.Doubled, ViolationKind.Reordered);
    }

    [Fact]
    public void A_watcher_of_a_message_that_the_store_lost_must_receive_a_gap()
    {
        Watch();
        SendStoreAndReceive("one", 1);
        Send("lost", 2);
        Receive(ReceivedKind.Created, "lost", 2);

        Kinds().Should().Equal(ViolationKind.Lost, ViolationKind.Unreported);
    }

    [Fact]
    public void A_watcher_whose_message_differs_from_the_stored_one_must_receive_a_gap()
    {
        Watch();
        Send("lost", 1);
        Receive(ReceivedKind.Created, "lost", 1);
        Send("new", 1, stamp: 2);
        Store("new", 1, stamp: 2);

        Kinds().Should().Equal(ViolationKind.Lost, ViolationKind.Unreported);
    }

    [Fact]
    public void After_a_gap_only_later_events_count()
    {
        Watch();
        SendStoreAndReceive("one", 1);
        Send("lost", 2);
        Receive(ReceivedKind.Created, "lost", 2);
        Gap(1);
        SendStoreAndReceive("two", 2);

        var findings = Check();
        findings.Violations.Select(violation => violation.Kind).Should().Equal(ViolationKind.Lost);
        findings.Gaps.Should().Be(1);
    }

    [Fact]
    public void A_gap_does_not_excuse_messages_missing_after_it()
    {
        Watch();
        Gap(1);
        Send("one", 1);
        Store("one", 1);
        Send("two", 2);
        Store("two", 2);

        Kinds().Should().Equal(ViolationKind.Hole);
    }

    [Fact]
    public void A_watcher_that_missed_an_edit_or_a_deletion_differs_from_the_store()
    {
        Watch();
        Send("one", 1);
        Receive(ReceivedKind.Created, "one", 1);
        Change(1, "better", acknowledged: true);
        Store("one", 1, text: "better");
        Send("two", 2);
        Receive(ReceivedKind.Created, "two", 2);
        Change(2, null, acknowledged: true);

        Kinds().Should().Equal(ViolationKind.Unreported, ViolationKind.Unreported);
    }

    [Fact]
    public void A_watcher_that_receives_edits_and_deletions_agrees_with_the_store()
    {
        Watch();
        Send("one", 1);
        Receive(ReceivedKind.Created, "one", 1);
        Change(1, "better", acknowledged: true);
        Receive(ReceivedKind.Edited, "one", 1, "better");
        Store("one", 1, text: "better");
        Send("two", 2);
        Receive(ReceivedKind.Created, "two", 2);
        Change(2, null, acknowledged: true);
        Receive(ReceivedKind.Deleted, "two", 2);

        Kinds().Should().BeEmpty();
    }

    [Fact]
    public void Events_that_nobody_caused_are_phantoms()
    {
        Watch();
        SendStoreAndReceive("one", 1);
        Receive(ReceivedKind.Edited, "one", 1, "never written");
        Receive(ReceivedKind.Edited, "one", 1, "one");
        Receive(ReceivedKind.Deleted, "one", 1);
        Receive(ReceivedKind.Created, "never sent", 2);

        Kinds().Should().Contain(ViolationKind.Phantom).And.HaveCountGreaterThanOrEqualTo(4);
    }

    [Fact]
    public void An_unobserved_exception_in_a_worker_is_a_violation()
    {
        _events.Add(new Broken("Unobserved"));

        Kinds().Should().Equal(ViolationKind.Broken);
    }

    private HistoryFindings Check() =>
        HistoryCheck.Run(_events, [new StoredRoom(Room, new RoomPosition(Epoch, _stored.Count == 0 ? 0 : _stored.Max(message => message.Id), 1, 0), _stored)]);

    private IEnumerable<ViolationKind> Kinds() => Check().Violations.Select(violation => violation.Kind);

    private void SendStoreAndReceive(string name, long id)
    {
        Send(name, id);
        Store(name, id);
        Receive(ReceivedKind.Created, name, id);
    }

    private void Send(string name, long id, long? stamp = null) => Acknowledge(Begin(name), new Receipt(id, stamp ?? id, false));

    private int Begin(params string[] names)
    {
        _events.Add(new SendBegan(++_attempts, Room, "alice", names, true) { Tick = ++_tick });
        return _attempts;
    }

    private void Acknowledge(int attempt, params Receipt[] receipts) => _events.Add(new SendAcknowledged(attempt, receipts) { Tick = ++_tick });

    private void Fail(int attempt, bool mayHaveHappened) => _events.Add(new SendFailed(attempt, mayHaveHappened, "failed") { Tick = ++_tick });

    private void Change(long id, string? text, bool acknowledged)
    {
        _events.Add(new ChangeBegan(++_attempts, Room, id, text));
        _events.Add(acknowledged ? new ChangeAcknowledged(_attempts, true) : new ChangeFailed(_attempts, true, "failed"));
    }

    private void Store(string name, long id, string? text = null, long? stamp = null) => _stored.Add(MessageOf(name, id, text, stamp));

    private void Watch() => _events.Add(new WatchBegan(Watcher, Room, RoomPosition.Start.ToString()));

    private void Receive(ReceivedKind kind, string name, long id, string? text = null) =>
        _events.Add(new Received(
            Watcher, kind, id, kind == ReceivedKind.Deleted ? null : MessageOf(name, id, text, null), new RoomPosition(Epoch, id, id, 0).ToString()));

    private void Gap(long last) => _events.Add(new Received(Watcher, ReceivedKind.Gap, 0, null, new RoomPosition(Epoch, last, last, 0).ToString()));

    private static HistoryMessage MessageOf(string name, long id, string? text, long? stamp) =>
        new(id, name, "alice", text ?? name, text is null ? 1 : 2, stamp ?? id);
}
