using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance.Classic;

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

public sealed class ClassicPresenceGuardTests(TestServer server) : PresenceGuardTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test) => await Assert.ThrowsAsync<NotSupportedException>(test);
}
