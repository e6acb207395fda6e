using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance.Classic;

/// <summary>The layout has neither changes nor events, so each of these tests asserts a refusal.</summary>
public sealed class ClassicWatchTests(TestServer server) : WatchTests(new ClassicStores(server))
{
    [Fact]
    public override Task A_watcher_without_a_position_receives_events_from_now_on() => CannotWatchAsync();

    [Fact]
    public override Task A_watcher_with_a_position_first_receives_what_changed_since() => CannotWatchAsync();

    [Fact]
    public override Task A_deletion_names_who_deleted_when_and_why_live_and_since_a_position() => CannotWatchAsync();

    [Fact]
    public override Task A_room_can_be_watched_before_it_exists() => CannotWatchAsync();

    [Fact]
    public override Task From_the_start_a_watcher_receives_the_whole_room() => CannotWatchAsync();

    [Fact]
    public override Task A_page_and_a_watcher_from_its_position_make_the_whole_room_while_others_send() => CannotWatchAsync();

    [Fact]
    public override Task All_watchers_see_all_messages_of_concurrent_senders_in_one_order() => CannotWatchAsync();

    [Fact]
    public override Task All_watchers_end_with_the_same_room_while_messages_are_sent_edited_and_deleted() => CannotWatchAsync();

    [Fact]
    public override Task A_watcher_that_pauses_for_long_delays_no_other_and_receives_everything_in_the_end() => CannotWatchAsync();

    [Fact]
    public override Task A_stream_enumerated_twice_delivers_everything_twice() => CannotWatchAsync();

    [Fact]
    public override Task A_cancelled_watcher_ends_at_once() => CannotWatchAsync();

    [Fact]
    public override Task A_watcher_cancelled_in_the_body_of_the_loop_receives_nothing_more_and_sees_its_own_token() => CannotWatchAsync();

    [Fact]
    public override Task A_watcher_disposed_while_an_event_is_awaited_ends_without_one() => CannotWatchAsync();

    [Fact]
    public override Task A_watcher_that_missed_more_than_it_wants_to_catch_up_on_receives_a_gap_and_goes_on() => CannotWatchAsync();

    [Fact]
    public override Task A_watcher_that_asked_for_heartbeats_receives_them_while_nothing_happens() => CannotWatchAsync();

    [Fact]
    public override Task A_position_of_another_history_is_a_gap_and_the_watching_goes_on() => CannotReadChangesAsync();

    [Fact]
    public override Task Changes_are_read_in_portions() => CannotReadChangesAsync();

    private Task CannotWatchAsync() => NotSupportedAsync("watching", () => Task.FromResult(Store.WatchAsync(Room)));

    private Task CannotReadChangesAsync() =>
        NotSupportedAsync("changes since a position", async () => await Store.ReadChangesAsync(Room, RoomPosition.Start, 10, Cancelled));
}

/// <summary>The layout has no place for a log of changes, so it cannot be watched.</summary>
public sealed class ClassicWatchManyTests(TestServer server) : WatchManyTests(new ClassicStores(server))
{
    private const string Ability = "watching";

    [Fact]
    public override Task Each_event_comes_with_its_room_in_the_order_of_that_room() =>
        NotSupportedAsync(Ability, base.Each_event_comes_with_its_room_in_the_order_of_that_room);

    [Fact]
    public override Task A_room_with_a_position_first_delivers_what_changed_since() =>
        NotSupportedAsync("editing", base.A_room_with_a_position_first_delivers_what_changed_since);

    [Fact]
    public override Task Rooms_are_added_and_removed_while_the_stream_is_read() =>
        NotSupportedAsync(Ability, base.Rooms_are_added_and_removed_while_the_stream_is_read);

    [Fact]
    public override Task A_room_that_is_removed_and_added_at_its_position_misses_nothing_and_repeats_nothing() =>
        NotSupportedAsync(Ability, base.A_room_that_is_removed_and_added_at_its_position_misses_nothing_and_repeats_nothing);

    [Fact]
    public override Task A_room_that_is_flooded_does_not_starve_another_one() =>
        NotSupportedAsync(Ability, base.A_room_that_is_flooded_does_not_starve_another_one);

    [Fact]
    public override Task Many_rooms_with_many_senders_deliver_all_of_their_own_events_once() =>
        NotSupportedAsync(Ability, base.Many_rooms_with_many_senders_deliver_all_of_their_own_events_once);

    [Fact]
    public override Task A_room_cannot_be_in_a_stream_twice() =>
        NotSupportedAsync(Ability, base.A_room_cannot_be_in_a_stream_twice);

    [Fact]
    public override Task A_canceled_stream_ends_with_the_token_and_before_any_further_event() =>
        NotSupportedAsync(Ability, base.A_canceled_stream_ends_with_the_token_and_before_any_further_event);

    [Fact]
    public override Task Disposing_the_stream_ends_it_even_while_an_event_is_awaited() =>
        NotSupportedAsync(Ability, base.Disposing_the_stream_ends_it_even_while_an_event_is_awaited);
}

#if NET10_0_OR_GREATER
public sealed class ClassicWatchModelTests(TestServer server) : WatchModelTests(new ClassicStores(server))
{
    [Fact]
    public override Task From_a_position_anywhere_in_a_history_a_reader_ends_with_the_same_room() =>
        NotSupportedAsync("watching", () => Task.FromResult(Store.WatchAsync(Room)));
}
#endif
