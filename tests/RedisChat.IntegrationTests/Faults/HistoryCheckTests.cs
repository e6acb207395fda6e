using RedisChat.Faults;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>The check finds each kind of violation in what is stored after a handmade history, and nothing in a correct one.</summary>
public sealed class HistoryCheckTests : HistoryCheckTestBase
{
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
    public void An_unobserved_exception_in_a_worker_is_a_violation()
    {
        Break("Unobserved");

        Kinds().Should().Equal(ViolationKind.Broken);
    }
}
