using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance;

/// <summary>Opens classic stores. They run on any server.</summary>
internal sealed class ClassicStores(TestServer server) : StoreFactory
{
    private readonly string _prefix = $"test-{Guid.NewGuid():n}";

    public override IMessageStore Open() => new ClassicMessageStore(server.ClassicConnection, _prefix);
}

#region refusal
public sealed class ClassicAppendTests(TestServer server) : AppendTests(new ClassicStores(server))
{
    [Fact]
    public override Task Metadata_is_kept() => NotSupportedAsync("metadata", base.Metadata_is_kept);

    [Fact]
    public override Task A_stored_message_does_not_change_with_what_the_caller_appended() =>
        NotSupportedAsync("metadata", base.A_stored_message_does_not_change_with_what_the_caller_appended);
}
#endregion

public sealed class ClassicReadTests(TestServer server) : ReadTests(new ClassicStores(server));

public sealed class ClassicIdempotencyTests(TestServer server) : IdempotencyTests(new ClassicStores(server))
{
    private const string Ability = "idempotency keys";

    [Fact]
    public override Task Append_with_the_same_key_returns_the_first_receipt() =>
        NotSupportedAsync(Ability, base.Append_with_the_same_key_returns_the_first_receipt);

    [Fact]
    public override Task A_repetition_through_another_process_is_recognized() =>
        NotSupportedAsync(Ability, base.A_repetition_through_another_process_is_recognized);

    [Fact]
    public override Task Concurrent_repetitions_are_stored_once() =>
        NotSupportedAsync(Ability, base.Concurrent_repetitions_are_stored_once);

    [Fact]
    public override Task A_key_belongs_to_its_author_and_room() =>
        NotSupportedAsync(Ability, base.A_key_belongs_to_its_author_and_room);

    [Theory]
    [InlineData("a", "b", "c", "d")]
    public override Task Author_and_key_are_not_run_together(string user, string key, string otherUser, string otherKey) =>
        NotSupportedAsync(Ability, () => base.Author_and_key_are_not_run_together(user, key, otherUser, otherKey));

    [Fact]
    public override Task A_repetition_is_recognized_after_the_message_was_edited_or_deleted() =>
        NotSupportedAsync(Ability, base.A_repetition_is_recognized_after_the_message_was_edited_or_deleted);

    [Fact]
    public override Task Within_a_batch_a_repetition_is_recognized_too() =>
        NotSupportedAsync(Ability, base.Within_a_batch_a_repetition_is_recognized_too);

    [Fact]
    public override Task A_key_used_for_another_text_is_refused_and_nothing_of_the_batch_is_stored() =>
        NotSupportedAsync(Ability, base.A_key_used_for_another_text_is_refused_and_nothing_of_the_batch_is_stored);

    [Fact]
    public override Task The_key_of_the_application_comes_back_with_the_message_and_its_event() =>
        NotSupportedAsync(Ability, base.The_key_of_the_application_comes_back_with_the_message_and_its_event);

    [Fact]
    public override Task A_key_used_for_other_metadata_is_refused() =>
        NotSupportedAsync("metadata", base.A_key_used_for_other_metadata_is_refused);
}

public sealed class ClassicChangeTests(TestServer server) : ChangeTests(new ClassicStores(server))
{
    private const string Ability = "editing";

    [Fact]
    public override Task An_edit_gives_the_message_a_new_text_version_and_time() =>
        NotSupportedAsync(Ability, base.An_edit_gives_the_message_a_new_text_version_and_time);

    [Fact]
    public override Task An_edit_keeps_what_it_does_not_change() =>
        NotSupportedAsync("metadata", base.An_edit_keeps_what_it_does_not_change);

    [Fact]
    public override Task An_edit_can_replace_the_metadata_and_keeps_a_copy_of_it() =>
        NotSupportedAsync("metadata", base.An_edit_can_replace_the_metadata_and_keeps_a_copy_of_it);

    [Fact]
    public override Task A_repeated_edit_of_text_and_metadata_changes_nothing() =>
        NotSupportedAsync("editing", base.A_repeated_edit_of_text_and_metadata_changes_nothing);

    [Fact]
    public override Task Each_change_raises_the_rooms_revision() =>
        NotSupportedAsync(Ability, base.Each_change_raises_the_rooms_revision);

    [Fact]
    public override Task Concurrent_changes_do_not_undo_each_other() =>
        NotSupportedAsync(Ability, base.Concurrent_changes_do_not_undo_each_other);
}

public sealed class ClassicLongHistoryTests(TestServer server) : LongHistoryTests(new ClassicStores(server))
{
    private const string Ability = "editing";

    [Fact]
    public override Task Old_messages_are_edited_like_new_ones() => NotSupportedAsync(Ability, base.Old_messages_are_edited_like_new_ones);

    [Fact]
    public override Task Changes_of_old_messages_reach_watchers_and_readers_since_a_position() =>
        NotSupportedAsync("watching", base.Changes_of_old_messages_reach_watchers_and_readers_since_a_position);

    [Fact]
    public override Task Concurrent_changes_of_old_messages_that_are_kept_together_do_not_undo_each_other() =>
        NotSupportedAsync(Ability, base.Concurrent_changes_of_old_messages_that_are_kept_together_do_not_undo_each_other);

    [Fact]
    public override Task Messages_changed_while_others_are_sent_are_all_there_in_the_end() =>
        NotSupportedAsync(Ability, base.Messages_changed_while_others_are_sent_are_all_there_in_the_end);
}

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

/// <summary>The layout has no place for reactions.</summary>
public sealed class ClassicMemberTests(TestServer server) : MemberTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IMemberStore), () => new Chat(Store).Room(Room).Members.GetAsync("alice", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicRoomSettingsTests(TestServer server) : RoomSettingsTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IRoomDirectoryStore), () => new Chat(Store).Rooms.GetInfoAsync(Room, Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicRoomDeletionTests(TestServer server) : RoomDeletionTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IRoomDirectoryStore), () => new Chat(Store).Rooms.GetInfoAsync(Room, Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicDirectoryTests(TestServer server) : DirectoryTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IRoomDirectoryStore), () => new Chat(Store).Rooms.GetInfoAsync(Room, Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicInboxTests(TestServer server) : InboxTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IUserStore), () => new Chat(Store).User("alice").Inbox.ListAsync(cancellationToken: Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicDraftTests(TestServer server) : DraftTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IDraftStore), () => new Chat(Store).User("alice").Drafts.ListAsync(Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicRevocationTests(TestServer server) : RevocationTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IUserStore), () => new Chat(Store).RevokeAsync("alice", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicGuardTests(TestServer server) : GuardTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IMemberStore), () => new Chat(Store).Room(Room).Members.GetAsync("alice", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicReactionTests(TestServer server) : ReactionTests(new ClassicStores(server))
{
    private const string Ability = "reactions";

    [Fact]
    public override Task A_page_has_the_reactions_of_its_messages_by_first_use() =>
        NotSupportedAsync(Ability, base.A_page_has_the_reactions_of_its_messages_by_first_use);

    [Fact]
    public override Task A_page_for_a_reader_says_how_often_that_user_reacted() =>
        NotSupportedAsync(Ability, base.A_page_for_a_reader_says_how_often_that_user_reacted);

    [Fact]
    public override Task Adding_again_and_removing_what_is_not_there_change_nothing() =>
        NotSupportedAsync(Ability, base.Adding_again_and_removing_what_is_not_there_change_nothing);

    [Fact]
    public override Task The_last_one_removed_leaves_nothing() => NotSupportedAsync(Ability, base.The_last_one_removed_leaves_nothing);

    [Fact]
    public override Task With_and_without_a_variation_selector_it_is_one_emoji() =>
        NotSupportedAsync(Ability, base.With_and_without_a_variation_selector_it_is_one_emoji);

    [Fact]
    public override Task Where_each_user_has_one_another_emoji_replaces_it() =>
        NotSupportedAsync(Ability, base.Where_each_user_has_one_another_emoji_replaces_it);

    [Fact]
    public override Task Where_they_are_counted_a_user_may_react_again_and_take_one_back() =>
        NotSupportedAsync(Ability, base.Where_they_are_counted_a_user_may_react_again_and_take_one_back);

    [Fact]
    public override Task A_message_that_is_not_there_has_no_reactions() =>
        NotSupportedAsync(Ability, base.A_message_that_is_not_there_has_no_reactions);

    [Fact]
    public override Task Deleting_a_message_removes_its_reactions_and_no_others() =>
        NotSupportedAsync(Ability, base.Deleting_a_message_removes_its_reactions_and_no_others);

    [Fact]
    public override Task More_kinds_than_allowed_are_refused_but_more_of_a_kind_are_not() =>
        NotSupportedAsync(Ability, base.More_kinds_than_allowed_are_refused_but_more_of_a_kind_are_not);

    [Fact]
    public override Task All_users_who_reacted_are_listed_call_by_call() =>
        NotSupportedAsync(Ability, base.All_users_who_reacted_are_listed_call_by_call);

    [Fact]
    public override Task A_cursor_that_was_made_up_is_bad_input() => NotSupportedAsync(Ability, base.A_cursor_that_was_made_up_is_bad_input);

    [Fact]
    public override Task A_reaction_is_no_edit() => NotSupportedAsync("editing", base.A_reaction_is_no_edit);

    [Fact]
    public override Task Old_messages_have_reactions_like_new_ones() => NotSupportedAsync(Ability, base.Old_messages_have_reactions_like_new_ones);

    [Fact]
    public override Task Reactions_of_many_users_at_once_are_all_counted() =>
        NotSupportedAsync(Ability, base.Reactions_of_many_users_at_once_are_all_counted);

    [Fact]
    public override Task A_watcher_receives_each_reaction_with_the_new_counts() =>
        NotSupportedAsync("watching", base.A_watcher_receives_each_reaction_with_the_new_counts);

    [Fact]
    public override Task Catching_up_delivers_the_present_counts_of_each_message_once() =>
        NotSupportedAsync(Ability, base.Catching_up_delivers_the_present_counts_of_each_message_once);

    [Fact]
    public override Task A_deleted_message_is_reported_as_deleted_and_not_as_reacted_to() =>
        NotSupportedAsync(Ability, base.A_deleted_message_is_reported_as_deleted_and_not_as_reacted_to);

    [Fact]
    public override Task A_reader_that_has_seen_nothing_gets_reactions_from_the_page_and_not_from_events() =>
        NotSupportedAsync(Ability, base.A_reader_that_has_seen_nothing_gets_reactions_from_the_page_and_not_from_events);
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

/// <summary>The layout has no place for idempotency keys.</summary>
public sealed class ClassicFilterTests(TestServer server) : FilterTests(new ClassicStores(server))
{
    private const string Ability = "idempotency keys";

    [Fact]
    public override Task A_repetition_is_recognized_although_the_filter_decides_otherwise() =>
        NotSupportedAsync(Ability, base.A_repetition_is_recognized_although_the_filter_decides_otherwise);

    [Fact]
    public override Task A_repetition_through_a_process_with_other_filters_is_recognized() =>
        NotSupportedAsync(Ability, base.A_repetition_through_a_process_with_other_filters_is_recognized);

    [Fact]
    public override Task Another_message_under_the_same_key_is_a_conflict_even_if_the_filter_makes_them_equal() =>
        NotSupportedAsync(Ability, base.Another_message_under_the_same_key_is_a_conflict_even_if_the_filter_makes_them_equal);

    [Fact]
    public override Task A_repeated_batch_is_recognized_message_by_message() =>
        NotSupportedAsync(Ability, base.A_repeated_batch_is_recognized_message_by_message);
}

/// <summary>The layout has no place for idempotency keys.</summary>
public sealed class ClassicSentMessageTests(TestServer server) : SentMessageTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        var message = new NewMessage("alice", "hello") { IdempotencyKey = "key" };
        await NotSupportedAsync(nameof(ISentMessages), () => new Chat(Store).FindSentAsync(Room, message, Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicReadMarkerTests(TestServer server) : ReadMarkerTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IReadMarkerStore), () => new Chat(Store).Room(Room).ReadMarkers.GetAsync("alice", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicReadMarkerListTests(TestServer server) : ReadMarkerListTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IReadMarkerStore), () => new Chat(Store).Room(Room).ReadMarkers.GetAsync("alice", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicReadMarkerHistoryTests(TestServer server) : ReadMarkerHistoryTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IReadMarkerStore), () => new Chat(Store).Room(Room).ReadMarkers.GetAsync("alice", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

/// <summary>The layout has no place for what a message replies to.</summary>
public sealed class ClassicReplyTests(TestServer server) : ReplyTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("replies", () => new Chat(Store).SendAsync(Room, new NewMessage("alice", "yes") { ReplyTo = 1 }, Cancelled));
        await Assert.ThrowsAnyAsync<Exception>(test);
    }
}

/// <summary>The layout keeps no record of deletions.</summary>
public sealed class ClassicTombstoneTests(TestServer server) : TombstoneTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("tombstones", () => new Chat(Store).ReceiveAsync(Room, new MessageQuery { IncludeDeleted = true }, Cancelled));
        await Assert.ThrowsAnyAsync<Exception>(test);
    }
}

/// <summary>The layout has no place for scheduled messages.</summary>
public sealed class ClassicScheduleTests(TestServer server) : ScheduleTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IScheduleStore), () => new Chat(Store).Room(Room).Schedule.ListAsync("alice", Cancelled));
        await NotSupportedAsync(nameof(IScheduleStore), () => new Chat(Store).RunScheduleAsync(Cancelled));
        await Assert.ThrowsAnyAsync<Exception>(test);
    }
}

/// <summary>The layout needs no work in the background.</summary>
public sealed class ClassicUpkeepTests(TestServer server) : UpkeepTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IUpkeepStore), () => new Chat(Store).RunUpkeepAsync(Cancelled));
        await Assert.ThrowsAnyAsync<Exception>(test);
    }
}

/// <summary>The layout has no place for the time at which a message expires.</summary>
public sealed class ClassicExpiryTests(TestServer server) : ExpiryTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("expiring messages", () => new Chat(Store).SendAsync(Room, new NewMessage("alice", "a") { ExpiresAfter = TimeSpan.FromHours(1) }, Cancelled));
        await Assert.ThrowsAnyAsync<Exception>(test);
    }
}

/// <summary>Nothing trims the rooms of the layout.</summary>
public sealed class ClassicRetentionTests(TestServer server) : RetentionTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        Store.GetAbility<IRetentionStore>().Should().BeNull();
        await Assert.ThrowsAnyAsync<Exception>(test);
    }
}

/// <summary>The layout cannot edit.</summary>
public sealed class ClassicVersionTests(TestServer server) : VersionTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IVersionStore), () => new Chat(Store).Room(Room).Versions.ListAsync(1, "alice", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

public sealed class ClassicPresenceGuardTests(TestServer server) : PresenceGuardTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test) => await Assert.ThrowsAsync<NotSupportedException>(test);
}

/// <summary>The layout has no place for presence.</summary>
public sealed class ClassicPresenceTests(TestServer server) : PresenceTests(new ClassicStores(server))
{
    private const string Ability = "presence";

    [Fact]
    public override Task A_user_is_present_from_entering_to_leaving_and_watchers_receive_both() =>
        NotSupportedAsync(Ability, base.A_user_is_present_from_entering_to_leaving_and_watchers_receive_both);

    [Fact]
    public override Task A_user_with_connections_in_several_processes_is_counted_once() =>
        NotSupportedAsync(Ability, base.A_user_with_connections_in_several_processes_is_counted_once);

    [Fact]
    public override Task Present_users_are_listed_page_by_page_each_once() =>
        NotSupportedAsync(Ability, base.Present_users_are_listed_page_by_page_each_once);

    [Fact]
    public override Task Presence_is_no_part_of_the_history() =>
        NotSupportedAsync(Ability, base.Presence_is_no_part_of_the_history);

    [Fact]
    public override Task The_users_of_a_process_that_does_not_call_any_more_are_gone_after_the_expiry() =>
        NotSupportedAsync(Ability, base.The_users_of_a_process_that_does_not_call_any_more_are_gone_after_the_expiry);

    [Fact]
    public override Task The_last_process_in_a_room_is_missed_by_those_who_only_watch() =>
        NotSupportedAsync(Ability, base.The_last_process_in_a_room_is_missed_by_those_who_only_watch);

    [Fact]
    public override Task A_process_that_runs_keeps_its_users() =>
        NotSupportedAsync(Ability, base.A_process_that_runs_keeps_its_users);

    [Fact]
    public override Task An_expired_process_is_refused_and_so_is_one_of_whose_changes_the_store_knows_another_number() =>
        NotSupportedAsync(Ability, base.An_expired_process_is_refused_and_so_is_one_of_whose_changes_the_store_knows_another_number);

    [Fact]
    public override Task A_process_may_leave_with_all_its_users_at_once() =>
        NotSupportedAsync(Ability, base.A_process_may_leave_with_all_its_users_at_once);

    [Fact]
    public override Task In_a_large_room_watchers_receive_the_number_of_users_instead() =>
        NotSupportedAsync(Ability, base.In_a_large_room_watchers_receive_the_number_of_users_instead);

    [Fact]
    public override Task Typing_is_throttled_for_each_user_and_says_until_when_it_lasts() =>
        NotSupportedAsync(Ability, base.Typing_is_throttled_for_each_user_and_says_until_when_it_lasts);

    [Fact]
    public override Task Many_users_who_enter_and_leave_at_once_are_all_counted() =>
        NotSupportedAsync(Ability, base.Many_users_who_enter_and_leave_at_once_are_all_counted);
}

/// <summary>The layout has no place for threads.</summary>
public sealed class ClassicThreadTests(TestServer server) : ThreadTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("threads", () => Task.FromResult(new Chat(Store).Room(Room).Thread(1)));
        await NotSupportedAsync("threads", () => new Chat(Store).SendAsync(new ThreadId(Room, 1).RoomId, "alice", "hello", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

/// <summary>The layout has no place for threads.</summary>
public sealed class ClassicThreadRuleTests(TestServer server) : ThreadRuleTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("threads", () => Task.FromResult(new Chat(Store).Room(Room).Thread(1)));
        await NotSupportedAsync("threads", () => new Chat(Store).SendAsync(new ThreadId(Room, 1).RoomId, "alice", "hello", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

/// <summary>The layout has no place for threads.</summary>
public sealed class ClassicThreadDeletionTests(TestServer server) : ThreadDeletionTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("threads", () => Task.FromResult(new Chat(Store).Room(Room).Thread(1)));
        await NotSupportedAsync("threads", () => new Chat(Store).SendAsync(new ThreadId(Room, 1).RoomId, "alice", "hello", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

/// <summary>The layout has no place for threads.</summary>
public sealed class ClassicThreadFollowTests(TestServer server) : ThreadFollowTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("threads", () => Task.FromResult(new Chat(Store).Room(Room).Thread(1)));
        await NotSupportedAsync("threads", () => new Chat(Store).SendAsync(new ThreadId(Room, 1).RoomId, "alice", "hello", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

/// <summary>The layout has no place for attachments.</summary>
public sealed class ClassicAttachmentTests(TestServer server) : AttachmentTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await Assert.ThrowsAsync<NotSupportedException>(test);
        var attachment = new Attachment { Kind = AttachmentKinds.File, Name = "a", MediaType = "text/plain", Size = 1, Address = "a" };
        await NotSupportedAsync("attachments", () => new Chat(Store).SendAsync(Room, new NewMessage("alice", "") { Attachments = [attachment] }, Cancelled));
        await NotSupportedAsync("attachments", () => new Chat(Store).EditAsync(Room, 1, "alice", new MessageEdit("a") { Attachments = [attachment] }, Cancelled));
    }
}

/// <summary>The layout has no place for link previews.</summary>
public sealed class ClassicLinkPreviewTests(TestServer server) : LinkPreviewTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("link previews", () => new Chat(Store).Room(Room).Previews.SetAsync(1, [new LinkPreview { Address = "https://a.example", Title = "a" }], Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}

/// <summary>The layout has no place for pins.</summary>
public sealed class ClassicPinTests(TestServer server) : PinTests(new ClassicStores(server))
{
    private const string Ability = "pins";

    [Fact]
    public override Task Pinned_messages_are_listed_with_their_present_state_the_most_recent_pin_first() =>
        NotSupportedAsync(Ability, base.Pinned_messages_are_listed_with_their_present_state_the_most_recent_pin_first);

    [Fact]
    public override Task A_room_without_pins_and_one_that_does_not_exist_list_none() =>
        NotSupportedAsync(Ability, base.A_room_without_pins_and_one_that_does_not_exist_list_none);

    [Fact]
    public override Task Pinning_again_and_unpinning_what_is_not_pinned_change_nothing() =>
        NotSupportedAsync(Ability, base.Pinning_again_and_unpinning_what_is_not_pinned_change_nothing);

    [Fact]
    public override Task A_message_that_is_not_there_cannot_be_pinned() =>
        NotSupportedAsync(Ability, base.A_message_that_is_not_there_cannot_be_pinned);

    [Fact]
    public override Task Deleting_a_message_removes_its_pin_and_no_other() =>
        NotSupportedAsync(Ability, base.Deleting_a_message_removes_its_pin_and_no_other);

    [Fact]
    public override Task A_pin_is_no_edit() => NotSupportedAsync(Ability, base.A_pin_is_no_edit);

    [Fact]
    public override Task Old_messages_are_pinned_like_new_ones() => NotSupportedAsync(Ability, base.Old_messages_are_pinned_like_new_ones);

    [Fact]
    public override Task A_pin_too_many_is_refused_until_one_is_unpinned() =>
        NotSupportedAsync(Ability, base.A_pin_too_many_is_refused_until_one_is_unpinned);

    [Fact]
    public override Task Pins_at_once_neither_exceed_the_limit_nor_get_lost() =>
        NotSupportedAsync(Ability, base.Pins_at_once_neither_exceed_the_limit_nor_get_lost);

    [Fact]
    public override Task Pinning_takes_the_right_which_is_checked_in_the_same_step() =>
        NotSupportedAsync(Ability, base.Pinning_takes_the_right_which_is_checked_in_the_same_step);

    [Fact]
    public override Task A_watcher_receives_each_pin_once() => NotSupportedAsync("members", base.A_watcher_receives_each_pin_once);

    [Fact]
    public override Task Catching_up_delivers_the_present_state_of_each_message_once() =>
        NotSupportedAsync(Ability, base.Catching_up_delivers_the_present_state_of_each_message_once);

    [Fact]
    public override Task A_reader_that_starts_at_the_beginning_receives_the_pins_that_are_left() =>
        NotSupportedAsync(Ability, base.A_reader_that_starts_at_the_beginning_receives_the_pins_that_are_left);
}

/// <summary>The layout finds a user's messages, but has no change log, no events and nothing else to erase.</summary>
public sealed class ClassicErasureTests(TestServer server) : ErasureTests(new ClassicStores(server))
{
    [Fact]
    public override Task Nothing_that_names_the_user_is_left() => RefuseAsync();

    [Fact]
    public override Task Messages_are_made_anonymous_with_their_ids_times_order_and_texts() => RefuseAsync();

    [Fact]
    public override Task What_belongs_to_others_stays_as_it_was() => RefuseAsync();

    [Fact]
    public override Task Watchers_receive_one_event_for_a_run_live_and_when_catching_up() => RefuseAsync();

    [Fact]
    public override Task Old_sealed_messages_are_made_anonymous_too_and_mentions_in_them_go() => RefuseAsync();

    [Fact]
    public override Task While_a_user_is_erased_a_room_refuses_the_users_writes_and_nobody_elses() => RefuseAsync();

    [Fact]
    public override Task A_second_erasure_finds_nothing_and_an_interrupted_one_is_continued_with_its_alias() => RefuseAsync();

    [Fact]
    public override Task Several_processes_can_erase_the_same_user_at_once() => RefuseAsync();

    [Fact]
    public override Task A_dry_run_counts_and_changes_nothing() => RefuseAsync();

    [Fact]
    public override Task Texts_of_others_in_which_the_id_occurs_are_listed_and_not_changed() => RefuseAsync();

    [Fact]
    public override Task An_export_has_a_line_for_everything() => RefuseAsync();

    [Fact]
    public override Task The_search_and_the_records_of_a_room_come_in_steps_that_end() => RefuseAsync();

    [Fact]
    public override Task Ids_of_all_kinds_are_erased_and_none_that_only_resemble_them() => RefuseAsync();

    private Task RefuseAsync() => NotSupportedAsync("erasing users", () => new Chat(Store).User("alice").EraseAsync(cancellationToken: Cancelled));
}

/// <summary>The layout has no step that deletes several messages.</summary>
public sealed class ClassicBulkDeletionTests(TestServer server) : BulkDeletionTests(new ClassicStores(server))
{
    private const string Ability = "deleting many messages";

    [Fact]
    public override Task Messages_are_deleted_by_their_ids_and_those_that_do_not_exist_are_skipped() =>
        NotSupportedAsync(Ability, base.Messages_are_deleted_by_their_ids_and_those_that_do_not_exist_are_skipped);

    [Fact]
    public override Task Messages_are_deleted_by_a_range_of_ids() => NotSupportedAsync(Ability, base.Messages_are_deleted_by_a_range_of_ids);

    [Fact]
    public override Task All_messages_of_an_author_are_deleted_and_no_others() =>
        NotSupportedAsync(Ability, base.All_messages_of_an_author_are_deleted_and_no_others);

    [Fact]
    public override Task Many_messages_old_and_new_take_few_steps_with_progress() =>
        NotSupportedAsync(Ability, base.Many_messages_old_and_new_take_few_steps_with_progress);

    [Fact]
    public override Task Scattered_messages_old_and_new_are_deleted_like_others() =>
        NotSupportedAsync(Ability, base.Scattered_messages_old_and_new_are_deleted_like_others);

    [Fact]
    public override Task A_run_is_one_event_live_and_when_catching_up() =>
        NotSupportedAsync("watching", base.A_run_is_one_event_live_and_when_catching_up);

    [Fact]
    public override Task Changes_of_deleted_messages_are_reported_as_the_deletion_only() =>
        NotSupportedAsync("edit", base.Changes_of_deleted_messages_are_reported_as_the_deletion_only);

    [Fact]
    public override Task A_reader_whose_own_position_was_deleted_continues() =>
        NotSupportedAsync(Ability, base.A_reader_whose_own_position_was_deleted_continues);

    [Fact]
    public override Task Reactions_pins_and_counts_are_those_that_single_deletions_leave() =>
        NotSupportedAsync("read markers", base.Reactions_pins_and_counts_are_those_that_single_deletions_leave);

    [Fact]
    public override Task Each_message_takes_the_right_that_its_single_deletion_takes() =>
        NotSupportedAsync(Ability, base.Each_message_takes_the_right_that_its_single_deletion_takes);

    [Fact]
    public override Task Several_callers_delete_each_message_once() => NotSupportedAsync("watching", base.Several_callers_delete_each_message_once);

    [Fact]
    public override Task A_cancelled_deletion_is_continued_by_the_next_call() =>
        NotSupportedAsync(Ability, base.A_cancelled_deletion_is_continued_by_the_next_call);
}

public sealed class ClassicMentionTests(TestServer server) : MentionTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("mentions", () => new Chat(Store).SendAsync(Room, new NewMessage("alice", "@bob") { Mentions = [Mention.User("bob")] }, Cancelled));
        await Assert.ThrowsAnyAsync<Exception>(test);
    }
}

public sealed class ClassicMentionGuardTests(TestServer server) : MentionGuardTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("mentions", () => new Chat(Store).SendAsync(Room, new NewMessage("alice", "@bob") { Mentions = [Mention.User("bob")] }, Cancelled));
        await Assert.ThrowsAnyAsync<Exception>(test);
    }
}

/// <summary>The layout has no place for messages in progress.</summary>
public sealed class ClassicWritingTests(TestServer server) : WritingTests(new ClassicStores(server))
{
    private const string Ability = "messages that are written part by part";

    [Fact]
    public override Task A_message_in_progress_is_in_the_history_with_its_text_so_far() =>
        NotSupportedAsync(Ability, base.A_message_in_progress_is_in_the_history_with_its_text_so_far);

    [Fact]
    public override Task Watchers_receive_each_part_once_and_in_order_and_then_the_whole_message() =>
        NotSupportedAsync("watching", base.Watchers_receive_each_part_once_and_in_order_and_then_the_whole_message);

    [Fact]
    public override Task A_watcher_that_joins_in_the_middle_receives_the_text_so_far_and_then_the_parts() =>
        NotSupportedAsync(Ability, base.A_watcher_that_joins_in_the_middle_receives_the_text_so_far_and_then_the_parts);

    [Fact]
    public override Task Parts_take_no_revision_and_the_end_takes_one() =>
        NotSupportedAsync(Ability, base.Parts_take_no_revision_and_the_end_takes_one);

    [Fact]
    public override Task Catching_up_delivers_the_message_as_it_ended() =>
        NotSupportedAsync(Ability, base.Catching_up_delivers_the_message_as_it_ended);

    [Fact]
    public override Task A_writer_that_is_disposed_abandons_the_message_with_the_text_so_far() =>
        NotSupportedAsync("watching", base.A_writer_that_is_disposed_abandons_the_message_with_the_text_so_far);

    [Fact]
    public override Task Deleting_a_message_ends_its_writing() =>
        NotSupportedAsync("watching", base.Deleting_a_message_ends_its_writing);

    [Fact]
    public override Task A_message_in_progress_cannot_be_edited() =>
        NotSupportedAsync(Ability, base.A_message_in_progress_cannot_be_edited);

    [Fact]
    public override Task Old_messages_are_written_like_new_ones() =>
        NotSupportedAsync(Ability, base.Old_messages_are_written_like_new_ones);

    [Fact]
    public override Task It_is_sent_like_any_other_message() =>
        NotSupportedAsync(Ability, base.It_is_sent_like_any_other_message);

    [Fact]
    public override Task Each_part_takes_the_right_to_send() =>
        NotSupportedAsync("members", base.Each_part_takes_the_right_to_send);

    [Fact]
    public override Task A_room_that_is_deleted_has_nothing_left_to_write() =>
        NotSupportedAsync(Ability, base.A_room_that_is_deleted_has_nothing_left_to_write);

    [Fact]
    public override Task Several_messages_are_written_at_once() =>
        NotSupportedAsync("watching", base.Several_messages_are_written_at_once);
}

#if NET10_0_OR_GREATER
/// <summary>The layout has no place for most of what a conversation consists of.</summary>
public sealed class ClassicConversationModelTests(TestServer server) : ConversationModelTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IPinStore), () => new Chat(Store).Room(Room).Pins.ListAsync(Cancelled));
        await Assert.ThrowsAnyAsync<Exception>(test);
    }
}

public sealed class ClassicMentionModelTests(TestServer server) : MentionModelTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("mentions", () => new Chat(Store).SendAsync(Room, new NewMessage("alice", "@bob") { Mentions = [Mention.User("bob")] }, Cancelled));
        await Assert.ThrowsAnyAsync<Exception>(test);
    }
}

public sealed class ClassicModelTests(TestServer server) : ModelTests(new ClassicStores(server))
{
    protected override bool Edits => false;

    protected override bool Reacts => false;

    protected override bool Replies => false;

    protected override int Histories => 20;
}

public sealed class ClassicInboxModelTests(TestServer server) : InboxModelTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IUserStore), () => new Chat(Store).User("alice").Inbox.ListAsync(cancellationToken: Cancelled));
        await Assert.ThrowsAnyAsync<Exception>(test);
    }
}

public sealed class ClassicWatchModelTests(TestServer server) : WatchModelTests(new ClassicStores(server))
{
    [Fact]
    public override Task From_a_position_anywhere_in_a_history_a_reader_ends_with_the_same_room() =>
        NotSupportedAsync("watching", () => Task.FromResult(Store.WatchAsync(Room)));
}
#endif
