using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance.Classic;

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
