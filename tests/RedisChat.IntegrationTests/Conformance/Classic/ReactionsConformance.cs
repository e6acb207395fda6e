using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance.Classic;

/// <summary>The layout has no place for reactions.</summary>
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
