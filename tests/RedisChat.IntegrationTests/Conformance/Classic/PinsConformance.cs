using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance.Classic;

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
