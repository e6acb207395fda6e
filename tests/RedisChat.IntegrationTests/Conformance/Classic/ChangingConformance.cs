using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance.Classic;

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

/// <summary>The layout cannot edit.</summary>
public sealed class ClassicVersionTests(TestServer server) : VersionTests(new ClassicStores(server))
{
    protected override async Task RunAsync(Func<Task> test)
    {
        await NotSupportedAsync(nameof(IVersionStore), () => new Chat(Store).Room(Room).Versions.ListAsync(1, "alice", Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(test);
    }
}
