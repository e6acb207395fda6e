using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance;

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
