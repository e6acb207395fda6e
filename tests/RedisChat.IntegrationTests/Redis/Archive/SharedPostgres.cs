using RedisChat.IntegrationTests;

[assembly: AssemblyFixture(typeof(SharedPostgres))]

namespace RedisChat.IntegrationTests;

/// <summary>The PostgreSQL that tests share, each with its own rooms. Started by the first test that needs it.</summary>
public sealed class SharedPostgres : IAsyncLifetime
{
    private readonly SemaphoreSlim _starting = new(1);
    private PostgresProcess? _process;

    public ValueTask InitializeAsync() => default;

    /// <summary>How to connect.</summary>
    public async Task<string> ConnectAsync()
    {
        await _starting.WaitAsync();
        try
        {
            _process ??= await PostgresProcess.StartAsync();
            return _process.ConnectionString;
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _starting.Dispose();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }
}
