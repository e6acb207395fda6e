using RedisChat.Faults;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>The check finds each kind of violation in what a watcher received in a handmade history.</summary>
public sealed class WatcherCheckTests : HistoryCheckTestBase
{
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
}
