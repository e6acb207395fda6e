namespace RedisChat.Tests.Search;

/// <summary>A feeder that runs until it is disposed.</summary>
internal sealed class RunningFeeder : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();

    public RunningFeeder(Chat chat, params string[] rooms) => Running = chat.RunIndexAsync(
        new IndexingOptions { Rooms = _ => Named(rooms), DiscoveryInterval = TimeSpan.FromMilliseconds(100) }, _end.Token);

    public Task Running { get; }

    /// <summary>Ends it, whether it runs or has failed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private static async IAsyncEnumerable<string> Named(string[] rooms)
    {
        await Task.CompletedTask;
        foreach (var room in rooms)
        {
            yield return room;
        }
    }
}
