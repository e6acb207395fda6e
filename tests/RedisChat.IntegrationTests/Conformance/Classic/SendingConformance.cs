using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance.Classic;

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
