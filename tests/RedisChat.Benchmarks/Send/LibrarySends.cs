using RedisChat.Benchmarks.Ratios;

namespace RedisChat.Benchmarks.Send;

/// <summary>Ours: <see cref="Chat.SendAsync(string, string, string, CancellationToken)"/>, with all defaults.</summary>
internal sealed class LibrarySends(RunContext run) : ISendPattern, IAsyncDisposable
{
    private readonly RedisMessageStore _store = run.NewStore();

    public string Name => "RedisChat";

    public Task<Func<int, Task>> PrepareAsync(RunContext run, IReadOnlyList<string> rooms)
    {
        var chat = new Chat(_store);
        var senders = Sender.InRooms(rooms);
        return Task.FromResult<Func<int, Task>>(sender => chat.SendAsync(senders[sender].Room, senders[sender].User, senders[sender].Text));
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();
}
