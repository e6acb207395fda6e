using System.Globalization;

namespace RedisChat.IntegrationTests.Redis.Archive;

/// <summary>Tests of a chat with an archive in memory, on a server of their own. Buckets move without delay.</summary>
public abstract class ArchiveTestBase : OwnServerTestBase
{
    protected const string Room = "lobby";
    protected const string Key = "chatroom:{lobby}";

    private protected MemoryArchive Archive { get; } = new();

    /// <summary>The log of all stores.</summary>
    private protected StoreLog Log { get; } = new();

    protected RedisMessageStore Store { get; private set; } = null!;

    protected Chat Chat { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        (Store, Chat) = NewStore();
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Store.DisposeAsync();
        await base.DisposeAsync();
    }

    protected static IEnumerable<long> Ids(long first, long last) => Enumerable.Range((int)first, (int)(last - first + 1)).Select(id => (long)id);

    /// <summary>A store and a chat like those of another process.</summary>
    protected (RedisMessageStore Store, Chat Chat) NewStore()
    {
        var store = new RedisMessageStore(RedisChat.Redis.RedisConnection.Shared(Admin), new RedisStoreOptions { SealAfter = 1 }, null, null, Log);
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(10) }, archive: Archive);
        (store.Archiving.Margin, store.Archiving.Rest) = (TimeSpan.Zero, TimeSpan.Zero);
        return (store, chat);
    }

    /// <summary>Sends messages whose texts are their ids, and waits until all buckets that can be sealed are.</summary>
    protected async Task FillAsync(int count, string room = Room)
    {
        var start = (await Chat.ReceiveAsync(room, new MessageQuery(1), Cancelled)).Position.MessageId;
        for (var sent = 0; sent < count; sent += 100)
        {
            await Chat.SendManyAsync(
                room,
                [.. Enumerable.Range((int)start + sent + 1, Math.Min(100, count - sent)).Select(n => new NewMessage(n == 3 ? "once" : n % 2 == 0 ? "bob" : "alice", n.ToString(CultureInfo.InvariantCulture)))],
                Cancelled);
        }

        await Store.SealedAsync();
    }

    /// <summary>The room's keys, without those of recent sends.</summary>
    protected async Task<List<string>> KeysAsync()
    {
        var keys = new List<string>();
        await foreach (var key in Admin.GetServers()[0].KeysAsync(pattern: $"{Key}*"))
        {
            keys.Add(key!);
        }

        return keys.FindAll(key => !key.Contains(":sent:", StringComparison.Ordinal));
    }

    /// <summary>The ids of all messages, read from the first to the last.</summary>
    protected async Task<List<long>> IdsAsync()
    {
        var ids = new List<long>();
        await foreach (var message in Chat.ReceiveAllAsync(Room, cancellationToken: Cancelled))
        {
            ids.Add(message.Id);
        }

        return ids;
    }

    /// <summary>Reads the room in both directions.</summary>
    protected async Task AllAreThereAsync(int count)
    {
        (await IdsAsync()).Should().Equal(Ids(1, count));
        var older = new List<long>();
        long? before = null;
        do
        {
            var page = await Chat.ReceiveAsync(Room, new MessageQuery(70) { Before = before }, Cancelled);
            older.InsertRange(0, page.Messages.Select(message => message.Id));
            before = page.HasOlder ? page.Messages[0].Id : null;
        }
        while (before is not null);

        older.Should().Equal(Ids(1, count));
    }
}
