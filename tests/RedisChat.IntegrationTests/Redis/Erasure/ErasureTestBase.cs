namespace RedisChat.IntegrationTests.Redis.Erasure;

/// <summary>A chat on a server of its own, from which a user is erased.</summary>
/// <param name="options">For the store. An erasure waits until lost events are found, so its probes should be frequent.</param>
/// <param name="chatOptions">For the chat.</param>
public abstract class ErasureTestBase(RedisStoreOptions options, ChatOptions? chatOptions = null) : OwnServerTestBase
{
    protected const string User = "alice-the-erased";
    protected const string Bob = "bob";

    protected RedisMessageStore Store { get; private set; } = null!;

    protected Chat Chat { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Store = Open(options);
        Chat = new Chat(Store, chatOptions);
    }
}
