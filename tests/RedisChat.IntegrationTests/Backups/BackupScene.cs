using System.Collections.Concurrent;
using RedisChat.IntegrationTests.Redis.Transfer;

namespace RedisChat.IntegrationTests.Backups;

/// <summary>People who write in a room through a crash and the restore of a backup, somebody who watches, and a message that is scheduled.</summary>
internal sealed class BackupScene(string configuration) : IAsyncDisposable
{
    public const string Room = "busy";
    public const string Scheduled = "soon";

    private const int Senders = 4;

    private readonly List<RedisMessageStore> _stores = [];
    private readonly ConcurrentQueue<Acknowledged> _acknowledged = new();
    private readonly ConcurrentQueue<RoomEvent> _events = new();
    private readonly CancellationTokenSource _sending = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly List<Task> _senders = [];
    private readonly List<Task> _others = [];
    private Chat? _observer;
    private long _killed = long.MaxValue;

    /// <summary>A message that a sender was told is stored.</summary>
    internal sealed record Acknowledged(string Name, string User, long Id, bool IsRestored);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>In the order of the acknowledgements.</summary>
    public IReadOnlyList<Acknowledged> Sent => [.. _acknowledged];

    /// <summary>What the watcher received, which was connected all the time.</summary>
    public IReadOnlyList<RoomEvent> Watched => [.. _events];

    /// <summary>A chat that was open all the time.</summary>
    public Chat Observer => _observer ??= Open();

    /// <summary>A chat as in another process.</summary>
    public Chat Open()
    {
        var store = new RedisMessageStore(configuration, new RedisStoreOptions { SealAfter = 1, LiveProbeInterval = TimeSpan.FromMilliseconds(200) });
        lock (_stores)
        {
            _stores.Add(store);
        }

        return new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(2), KeptVersions = 3 });
    }

    /// <summary>Fills the chat with everything that a chat can store, and starts those who write and watch.</summary>
    public async Task BeginAsync()
    {
        var chat = Open();
        await using (var writer = await TransferChat.FillAsync(_stores[0], Cancelled))
        {
            await writer.CompleteAsync(Cancelled);
        }

        await chat.Room(Scheduled).Schedule.AddAsync(new NewMessage("alice", "once"), DateTimeOffset.UtcNow, Cancelled);
        await chat.SendAsync(Room, "alice", "the first", Cancelled);
        _others.Add(WatchAsync(Open()));
        await Poll.UntilAsync(() => Task.FromResult(_events.Any(happened => happened is RoomEvent.CaughtUp)), "the watcher waits for events");
        _senders.AddRange(Enumerable.Range(0, Senders).Select(sender => SendAsync(Open(), $"sender{sender}")));
    }

    /// <summary>Sends what is due from now on.</summary>
    public async Task SendScheduledAsync()
    {
        _others.Add(Open().RunScheduleAsync(_ending.Token));
        await Poll.UntilAsync(async () => (await ScheduledAsync()) == 1, "the scheduled message is sent");
    }

    public async Task<int> ScheduledAsync() => (await Observer.ReceiveAsync(Scheduled, cancellationToken: Cancelled)).Messages.Count;

    /// <summary>The server was killed: what has a later time is stored by a restored one.</summary>
    public void Restored() => Volatile.Write(ref _killed, DateTimeOffset.UtcNow.UtcTicks);

    /// <summary>Waits until the senders have stored so many more messages.</summary>
    public async Task UntilSentAsync(int more, bool isRestored = false)
    {
        var before = Count();
        await Poll.UntilAsync(() => Task.FromResult(Count() >= before + more), "people go on writing");

        int Count() => _acknowledged.Count(message => message.IsRestored == isRestored);
    }

    /// <summary>The senders end, each with a message that is acknowledged.</summary>
    public async Task StopSendersAsync()
    {
        await _sending.CancelAsync();
        await Task.WhenAll(_senders);
    }

    /// <summary>Nobody watches any more, and nothing that is due is sent.</summary>
    public async Task EndAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAny(Task.WhenAll(_others));
    }

    public async ValueTask DisposeAsync()
    {
        await _sending.CancelAsync();
        await Task.WhenAny(Task.WhenAll(_senders), Task.Delay(TimeSpan.FromSeconds(10)));
        await EndAsync();
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }

        _sending.Dispose();
        _ending.Dispose();
    }

    private async Task SendAsync(Chat chat, string user)
    {
        for (var n = 1; !_sending.IsCancellationRequested; n++)
        {
            var name = $"{user} {n}";
            var receipt = await chat.SendAsync(Room, new NewMessage(user, name) { IdempotencyKey = name }, Cancelled);
            _acknowledged.Enqueue(new Acknowledged(name, user, receipt.Id, receipt.Timestamp.UtcTicks > Volatile.Read(ref _killed)));
            if (n % 5 == 0)
            {
                // Not an edit: the id may belong to another message after the restore.
                await chat.Room(Room).Reactions.AddAsync(receipt.Id, user, "👍", Cancelled);
            }

            // The pace of people; the server is not to be saturated.
            await Task.Delay(5, Cancelled);
        }
    }

    private async Task WatchAsync(Chat chat)
    {
        await foreach (var happened in chat.WatchAsync(Room, after: null, _ending.Token))
        {
            _events.Enqueue(happened);
        }
    }
}
