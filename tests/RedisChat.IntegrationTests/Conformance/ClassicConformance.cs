using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance;

/// <summary>Opens classic stores for the conformance suite, each test with its own key prefix. They run on any server.</summary>
internal sealed class ClassicStores(TestServer server)
{
    private readonly string _prefix = $"test-{Guid.NewGuid():n}";

    public ClassicMessageStore Make() => new(server.ClassicConnection, _prefix);
}

public sealed class ClassicAppendTests(TestServer server) : AppendTests
{
    private readonly ClassicStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();

    [Fact]
    public override Task Metadata_is_kept() => NotSupportedAsync("metadata", base.Metadata_is_kept);

    [Fact]
    public override Task A_stored_message_does_not_change_with_what_the_caller_appended() =>
        NotSupportedAsync("metadata", base.A_stored_message_does_not_change_with_what_the_caller_appended);
}

public sealed class ClassicReadTests(TestServer server) : ReadTests
{
    private readonly ClassicStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();
}

public sealed class ClassicIdempotencyTests(TestServer server) : IdempotencyTests
{
    private const string Ability = "idempotency keys";

    private readonly ClassicStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();

    [Fact]
    public override Task Append_with_the_same_key_returns_the_first_receipt() =>
        NotSupportedAsync(Ability, base.Append_with_the_same_key_returns_the_first_receipt);

    [Fact]
    public override Task A_repetition_through_another_process_is_recognised() =>
        NotSupportedAsync(Ability, base.A_repetition_through_another_process_is_recognised);

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
    public override Task A_repetition_is_recognised_after_the_message_was_edited_or_deleted() =>
        NotSupportedAsync(Ability, base.A_repetition_is_recognised_after_the_message_was_edited_or_deleted);

    [Fact]
    public override Task Within_a_batch_a_repetition_is_recognised_too() =>
        NotSupportedAsync(Ability, base.Within_a_batch_a_repetition_is_recognised_too);

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

public sealed class ClassicChangeTests(TestServer server) : ChangeTests
{
    private const string Ability = "editing";

    private readonly ClassicStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();

    [Fact]
    public override Task An_edit_gives_the_message_a_new_text_version_and_time() =>
        NotSupportedAsync(Ability, base.An_edit_gives_the_message_a_new_text_version_and_time);

    [Fact]
    public override Task An_edit_keeps_what_it_does_not_change() =>
        NotSupportedAsync("metadata", base.An_edit_keeps_what_it_does_not_change);

    [Fact]
    public override Task Each_change_raises_the_rooms_revision() =>
        NotSupportedAsync(Ability, base.Each_change_raises_the_rooms_revision);

    [Fact]
    public override Task Concurrent_changes_do_not_undo_each_other() =>
        NotSupportedAsync(Ability, base.Concurrent_changes_do_not_undo_each_other);
}

public sealed class ClassicLongHistoryTests(TestServer server) : LongHistoryTests
{
    private const string Ability = "editing";

    private readonly ClassicStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();

    [Fact]
    public override Task Old_messages_are_edited_like_new_ones() => NotSupportedAsync(Ability, base.Old_messages_are_edited_like_new_ones);

    [Fact]
    public override Task What_changed_in_old_messages_is_told_to_watchers_and_since_a_position() =>
        NotSupportedAsync("watching", base.What_changed_in_old_messages_is_told_to_watchers_and_since_a_position);

    [Fact]
    public override Task Concurrent_changes_of_old_messages_that_are_kept_together_do_not_undo_each_other() =>
        NotSupportedAsync(Ability, base.Concurrent_changes_of_old_messages_that_are_kept_together_do_not_undo_each_other);

    [Fact]
    public override Task Messages_changed_while_others_are_sent_are_all_there_in_the_end() =>
        NotSupportedAsync(Ability, base.Messages_changed_while_others_are_sent_are_all_there_in_the_end);
}

/// <summary>The layout knows neither changes nor events: each test of them is a refusal.</summary>
public sealed class ClassicWatchTests(TestServer server) : WatchTests
{
    private readonly ClassicStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();

    [Fact]
    public override Task A_watcher_without_a_position_is_told_what_happens_from_now_on() => CannotWatchAsync();

    [Fact]
    public override Task A_watcher_with_a_position_is_told_first_what_changed_since() => CannotWatchAsync();

    [Fact]
    public override Task A_room_can_be_watched_before_it_exists() => CannotWatchAsync();

    [Fact]
    public override Task From_the_start_a_watcher_is_told_the_whole_room() => CannotWatchAsync();

    [Fact]
    public override Task A_page_and_a_watcher_from_its_position_make_the_whole_room_while_others_send() => CannotWatchAsync();

    [Fact]
    public override Task All_watchers_see_all_messages_of_concurrent_senders_in_one_order() => CannotWatchAsync();

    [Fact]
    public override Task All_watchers_end_with_the_same_room_while_messages_are_sent_edited_and_deleted() => CannotWatchAsync();

    [Fact]
    public override Task A_watcher_that_does_not_read_for_long_delays_no_other_and_is_told_everything_in_the_end() => CannotWatchAsync();

    [Fact]
    public override Task A_stream_that_is_enumerated_twice_tells_everything_twice() => CannotWatchAsync();

    [Fact]
    public override Task A_cancelled_watcher_ends_at_once() => CannotWatchAsync();

    [Fact]
    public override Task A_position_of_another_history_is_a_gap_and_the_watching_goes_on() => CannotReadChangesAsync();

    [Fact]
    public override Task Changes_are_read_in_portions() => CannotReadChangesAsync();

    private Task CannotWatchAsync() => NotSupportedAsync("watching", () => Task.FromResult(Store.WatchAsync(Room)));

    private Task CannotReadChangesAsync() =>
        NotSupportedAsync("changes since a position", async () => await Store.ReadChangesAsync(Room, RoomPosition.Start, 10, Cancelled));
}

#if NET10_0_OR_GREATER
public sealed class ClassicModelTests(TestServer server) : ModelTests
{
    private readonly ClassicStores _stores = new(server);

    protected override bool Edits => false;

    protected override int Histories => 20;

    protected override IMessageStore MakeStore() => _stores.Make();
}

public sealed class ClassicWatchModelTests(TestServer server) : WatchModelTests
{
    private readonly ClassicStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();

    [Fact]
    public override Task From_a_position_anywhere_in_a_history_a_reader_ends_with_the_same_room() =>
        NotSupportedAsync("watching", () => Task.FromResult(Store.WatchAsync(Room)));
}
#endif
