using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance.Classic;

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

/// <summary>The layout keeps no record of deletions.</summary>
public sealed class ClassicTombstoneTests(TestServer server) : TombstoneTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync("tombstones", () => new Chat(Store).ReceiveAsync(Room, new MessageQuery { IncludeDeleted = true }, Cancelled));
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

/// <summary>The layout needs no work in the background.</summary>
public sealed class ClassicUpkeepTests(TestServer server) : UpkeepTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IUpkeepStore), () => new Chat(Store).RunUpkeepAsync(Cancelled));
        await Assert.ThrowsAnyAsync<Exception>(test);
    }
}
