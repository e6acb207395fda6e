using StackExchange.Redis;

namespace RedisChat.Tool.Connecting;

/// <summary>A store with the classic layout on the servers that the command line names.</summary>
internal sealed class ClassicConnection : IAsyncDisposable
{
    // As long as the calls of a chat are repeated.
    private const int PatienceMilliseconds = 10_000;

    private readonly ConnectionMultiplexer _connection;

    private ClassicConnection(ConnectionMultiplexer connection, ClassicMessageStore store) => (_connection, Store) = (connection, store);

    /// <summary>The store.</summary>
    public ClassicMessageStore Store { get; }

    /// <summary>Connects.</summary>
    /// <exception cref="ToolException">The prefix is not valid, or the login was refused.</exception>
    /// <exception cref="ChatUnavailableException">No server answers.</exception>
    public static async Task<ClassicConnection> OpenAsync(ConnectionSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            var redis = settings.Redis.Clone();
            redis.AbortOnConnectFail = true;
            redis.ConnectTimeout = Math.Max(redis.ConnectTimeout, PatienceMilliseconds);
            var connection = await ConnectionMultiplexer.ConnectAsync(redis).WaitAsync(cancellationToken);

            // Evicting keys is a matter of the programs that write them.
            return new ClassicConnection(connection, new ClassicMessageStore(connection, settings.Prefix, allowEviction: true));
        }
        catch (RedisConnectionException e) when (e.FailureType == ConnectionFailureType.AuthenticationFailure)
        {
            throw new ToolException("The servers with the classic layout refused the login. Check the password in REDISCHAT_SOURCE_PASSWORD or REDISCHAT_SOURCE, and the user in --source; without --source, check those of --redis.", e);
        }
        catch (RedisConnectionException e)
        {
            throw new ChatUnavailableException("The servers with the classic layout cannot be reached.", e);
        }
        catch (ArgumentException e)
        {
            throw new ToolException(Terminal.Explanation.Of(e), e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
