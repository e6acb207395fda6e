using RedisChat.IntegrationTests.Redis.Encryption;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests;

/// <summary>Tests on a server of their own: they search its whole keyspace, count its commands, or kill it.</summary>
/// <param name="arguments">For the server.</param>
public abstract class OwnServerTestBase(params string[] arguments) : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _opened = [];

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>The server.</summary>
    private protected RedisProcess Server { get; private set; } = null!;

    /// <summary>A connection to it that is not the chat's.</summary>
    protected ConnectionMultiplexer Admin { get; private set; } = null!;

    protected IDatabase Database => Admin.GetDatabase();

    /// <summary>The key ring of encrypted stores.</summary>
    private protected TestKeyRing Ring { get; } = new();

    public virtual async ValueTask InitializeAsync()
    {
        Server = await RedisProcess.StartAsync(arguments);
        Admin = await Server.ConnectAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var opened in _opened)
        {
            await opened.DisposeAsync();
        }

        await Admin.DisposeAsync();
        await Server.DisposeAsync();
    }

    /// <summary>Opens a store like one in another process, with a connection of its own.</summary>
    /// <param name="options">The store's options.</param>
    /// <param name="isEncrypted">Whether it encrypts all rooms.</param>
    /// <param name="proxy">What it connects to in place of the server.</param>
    private protected RedisMessageStore Open(RedisStoreOptions? options = null, bool isEncrypted = false, System.Net.EndPoint? proxy = null)
    {
        var configuration = ConfigurationOptions.Parse(Server.Configuration);
        if (proxy is not null)
        {
            configuration.EndPoints.Clear();
            configuration.EndPoints.Add(proxy);
        }

        var store = new RedisMessageStore(RedisConnection.Own(configuration), options, null, null, null, isEncrypted ? new ChatEncryption(Ring, null) : null);
        _opened.Add(store);
        return store;
    }
}
