namespace RedisChat.Tests.WatchMany;

/// <summary>Many rooms in one stream: what happens when one of them fails.</summary>
public sealed class WatchedRoomsFailureTests : WatchedRoomsTestBase
{
    [Fact]
    public async Task A_room_that_fails_leaves_with_its_error_and_position_and_the_others_continue()
    {
        await using var watched = Watch("bad", "good");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        Store["bad"].Publish(3);
        await NextAsync(events);
        await NextAsync(events);
        await NextAsync(events);
        var error = new ChatException("The server does not allow it.");
        Store["bad"].Fail(error);
        Store["good"].Publish(1);

        (await NextAsync(events)).Should().Be(("good", 1));
        await events.MoveNextAsync();

        var failed = events.Current.Event.Should().BeOfType<RoomEvent.Failed>().Subject;
        (events.Current.Room, failed.Position.MessageId, failed.Error).Should().Be(("bad", 3, error));
        (error.Room, error.Operation).Should().Be(("bad", ChatOperations.Watch));
        Store["bad"].Watched.Should().Be(0);
        watched.Remove("bad").Should().BeFalse();
        Store["good"].Publish(1);
        (await NextAsync(events)).Should().Be(("good", 2));

        watched.Add("bad", failed.Position);
        Store["bad"].Options!.After.Should().Be(failed.Position);
        Store["bad"].Publish(1);
        (await NextAsync(events)).Should().Be(("bad", 4));
    }

    [Fact]
    public async Task A_room_that_fails_while_the_consumer_waits_is_reported_at_once()
    {
        await using var watched = Watch("bad", "good");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        var next = events.MoveNextAsync();

        Store["bad"].Fail(new InvalidOperationException("A bug of the store."));

        (await next).Should().BeTrue();
        events.Current.Event.Should().BeOfType<RoomEvent.Failed>().Which.Error.Should().BeOfType<InvalidOperationException>();
    }

    [Fact]
    public async Task A_room_whose_watch_cannot_begin_or_ends_without_an_error_fails_too()
    {
        await using var watched = Watch("no start", "quiet end");
        Store["no start"].StartError = new ChatException("no start");
        Store["quiet end"].End();
        await using var events = watched.GetAsyncEnumerator(Cancelled);

        await events.MoveNextAsync();
        events.Current.Event.Should().BeOfType<RoomEvent.Failed>().Which.Error!.Message.Should().Be("no start");
        await events.MoveNextAsync();
        events.Current.Event.Should().BeOfType<RoomEvent.Failed>().Which.Error.Should().BeOfType<ChatException>().Which.Room.Should().Be("quiet end");
        Store["quiet end"].Watched.Should().Be(0);
    }

    [Fact]
    public async Task A_failed_room_that_is_removed_before_its_turn_is_not_reported()
    {
        await using var watched = Watch("a", "bad");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        Store["a"].Publish(2);
        Store["bad"].Fail(new ChatException("bad"));
        await NextAsync(events);

        watched.Remove("bad").Should().BeTrue();

        (await NextAsync(events)).Should().Be(("a", 2));
        var next = events.MoveNextAsync();
        next.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task A_watch_that_fails_to_end_is_logged_and_disturbs_nothing()
    {
        await using var watched = Watch("a", "b");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        Store["a"].DisposalError = new InvalidOperationException("A bug of the store.");
        Store["b"].Publish(1);
        await NextAsync(events);

        watched.Remove("a");

        Store["b"].Publish(1);
        (await NextAsync(events)).Should().Be(("b", 2));
        Log.Entries.Should().ContainSingle().Which.Event.Should().Be("EndingWatchFailed");
    }
}
