using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Conformance;

/// <summary>Opens classic stores. They run on any server.</summary>
internal sealed class ClassicStores(TestServer server) : StoreFactory
{
    private readonly string _prefix = $"test-{Guid.NewGuid():n}";

    public override IMessageStore Open() => new ClassicMessageStore(server.ClassicConnection, _prefix);
}

#region refusal
public sealed class ClassicAppendTests(TestServer server) : AppendTests(new ClassicStores(server))
{
    [Fact]
    public override Task Metadata_is_kept() => NotSupportedAsync("metadata", base.Metadata_is_kept);

    [Fact]
    public override Task A_stored_message_does_not_change_with_what_the_caller_appended() =>
        NotSupportedAsync("metadata", base.A_stored_message_does_not_change_with_what_the_caller_appended);
}
#endregion

public sealed class ClassicReadTests(TestServer server) : ReadTests(new ClassicStores(server));
