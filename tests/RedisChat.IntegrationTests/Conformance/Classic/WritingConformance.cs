using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance.Classic;

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

/// <summary>The layout has no place for messages in progress.</summary>
public sealed class ClassicWritingStoreTests(TestServer server) : WritingStoreTests(new ClassicStores(server))
{
    private const string Ability = "messages that are written part by part";

    [Fact]
    public override Task A_message_whose_writer_is_gone_is_abandoned_once_for_those_who_watch() =>
        NotSupportedAsync("watching", base.A_message_whose_writer_is_gone_is_abandoned_once_for_those_who_watch);

    [Fact]
    public override Task A_message_whose_writer_is_gone_is_abandoned_for_those_who_read() =>
        NotSupportedAsync(Ability, base.A_message_whose_writer_is_gone_is_abandoned_for_those_who_read);

    [Fact]
    public override Task Each_part_renews_the_lease() =>
        NotSupportedAsync(Ability, base.Each_part_renews_the_lease);

    [Fact]
    public override Task A_part_that_is_repeated_is_stored_once_and_a_lost_one_is_noticed() =>
        NotSupportedAsync(Ability, base.A_part_that_is_repeated_is_stored_once_and_a_lost_one_is_noticed);

    [Fact]
    public override Task A_message_ends_once_however_many_end_it() =>
        NotSupportedAsync(Ability, base.A_message_ends_once_however_many_end_it);
}
