using System.Net;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>Two chats of its own on a server, and a directory, which is removed at the end.</summary>
public abstract class TransferTestBase : IAsyncDisposable
{
    private readonly Lazy<ConnectionMultiplexer> _connection;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("redischat-transfer-");

    protected TransferTestBase(TestServer server)
        : this(new Lazy<ConnectionMultiplexer>(() => server.Connection))
    {
    }

    protected TransferTestBase(Lazy<ConnectionMultiplexer> connection)
    {
        _connection = connection;
        _source = new Lazy<RedisMessageStore>(() => NewStore(SourcePrefix));
        _target = new Lazy<RedisMessageStore>(() => NewStore(TargetPrefix));
    }

    private readonly Lazy<RedisMessageStore> _source;
    private readonly Lazy<RedisMessageStore> _target;

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    protected ConnectionMultiplexer Connection => _connection.Value;

    protected IDatabase Database => Connection.GetDatabase();

    protected string SourcePrefix { get; } = $"test-{Guid.NewGuid():n}";

    protected string TargetPrefix { get; } = $"test-{Guid.NewGuid():n}";

    protected RedisMessageStore Source => _source.Value;

    protected RedisMessageStore Target => _target.Value;

    /// <summary>A directory that does not exist yet.</summary>
    protected string Folder => Path.Combine(_folder.FullName, "export");

    protected static ChatTransfer Transfer(RedisMessageStore store) => new Chat(store).Transfer;

    /// <summary>A user's list is exported after the rooms, and written before the membership, so it may have a room that the user was just joining. That alone may have to be repaired.</summary>
    protected internal static async Task CompleteButForListsAsync(RedisMessageStore store)
    {
        var repaired = await Transfer(store).VerifyAsync(options: new VerifyOptions { Repair = true }, cancellationToken: Cancelled);
        repaired.Differences.Where(difference => difference.What != "listed" || !difference.IsRepaired).Should().BeEmpty();
        (await Transfer(store).VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();
    }

    protected RedisMessageStore NewStore(string prefix) => new(Connection, Options(prefix));

    /// <summary>A store that connects to another address of the server.</summary>
    protected RedisMessageStore OpenAt(EndPoint address, string prefix)
    {
        var configuration = ConfigurationOptions.Parse(Connection.Configuration);
        configuration.EndPoints.Clear();
        configuration.EndPoints.Add(address);
        return new RedisMessageStore(configuration, Options(prefix));
    }

    // An erasure waits until lost events are found.
    private static RedisStoreOptions Options(string prefix) => new() { KeyPrefix = prefix, SealAfter = 1, LiveProbeInterval = TimeSpan.FromMilliseconds(500) };

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var store in new[] { _source, _target }.Where(store => store.IsValueCreated))
        {
            await store.Value.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }
}
