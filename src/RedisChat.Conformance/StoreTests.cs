namespace RedisChat.Conformance;

/// <summary>The base of the suite's classes: opens the store under test, and offers what their tests have in common.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class StoreTests(StoreFactory stores) : IAsyncLifetime
{
    private static int _rooms;

    private readonly List<IMessageStore> _opened = [];

    /// <summary>The store under test.</summary>
    protected IMessageStore Store { get; private set; } = null!;

    /// <summary>A room that no other test uses.</summary>
    protected string Room { get; } = NewRoom();

    /// <summary>Is cancelled when the test is to be aborted.</summary>
    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Opens the store under test.</summary>
    public ValueTask InitializeAsync()
    {
        Store = OpenStore();
        return default;
    }

    /// <summary>Disposes all stores that the test opened.</summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var store in _opened)
        {
            if (store is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync();
            }
            else
            {
                (store as IDisposable)?.Dispose();
            }
        }
    }

    /// <summary>Opens another store on the same data, as another process of the application would.</summary>
    protected IMessageStore OpenStore()
    {
        var store = stores.Open();
        _opened.Add(store);
        return store;
    }

    /// <summary>Completes when the stores have no work left in the background.</summary>
    protected Task SettledAsync() => stores.SettleAsync();

    /// <summary>The id of a room that no other test uses.</summary>
    protected static string NewRoom() => $"room {Interlocked.Increment(ref _rooms)} {Guid.NewGuid():n}";

    /// <summary>A message as <see cref="Chat"/> passes it to the store: with an idempotency key, if the store recognizes those.</summary>
    /// <param name="user">The author.</param>
    /// <param name="text">The text.</param>
    /// <param name="key">The idempotency key; if <see langword="null"/>, one that is generated, as the chat does.</param>
    protected NewMessage New(string user, string text, string? key = null) => new(user, text)
    {
        IdempotencyKey = key ?? (Store.RecognizesRepeatedAppends ? Guid.NewGuid().ToString("n") : null),
        IsKeyGenerated = key is null && Store.RecognizesRepeatedAppends,
    };

    /// <summary>The time by the store's clock, which need not be that of the machine on which the tests run: the time of a message in a room of its own.</summary>
    protected async Task<DateTimeOffset> NowAsync() => (await AppendAsync("clock", "tick", room: NewRoom())).Timestamp;

    /// <summary>Appends one message.</summary>
    /// <param name="user">The author.</param>
    /// <param name="text">The text.</param>
    /// <param name="key">The idempotency key; if <see langword="null"/>, a new one.</param>
    /// <param name="room">The room; if <see langword="null"/>, <see cref="Room"/>.</param>
    protected async Task<MessageReceipt> AppendAsync(string user, string text, string? key = null, string? room = null) =>
        (await Store.AppendAsync(room ?? Room, [New(user, text, key)], Cancelled))[0];

    /// <summary>Appends messages by alice and bob in turn, with the texts "1", "2" …, and waits until the stores have settled.</summary>
    /// <param name="count">How many.</param>
    /// <param name="room">The room; if <see langword="null"/>, <see cref="Room"/>.</param>
    protected async Task AppendManyAsync(int count, string? room = null)
    {
        for (var from = 1; from <= count; from += ChatLimits.MaxBatchSize)
        {
            var batch = Enumerable.Range(from, Math.Min(ChatLimits.MaxBatchSize, count - from + 1))
                .Select(n => New(n % 2 == 1 ? "alice" : "bob", $"{n}")).ToList();
            await Store.AppendAsync(room ?? Room, batch, Cancelled);
        }

        await SettledAsync();
    }

    /// <summary>Reads a page.</summary>
    /// <param name="query">Which one; if <see langword="null"/>, the newest.</param>
    /// <param name="room">The room; if <see langword="null"/>, <see cref="Room"/>.</param>
    protected async Task<MessagePage> ReadAsync(MessageQuery? query = null, string? room = null) =>
        await Store.ReadAsync(room ?? Room, query ?? MessageQuery.Newest, Cancelled);

    /// <summary>Waits until a watcher has received everything up to now. Events that are on their way together may come as the state that they lead to.</summary>
    private protected async Task ReachesAsync(WatchLog log) => await log.ReachesAsync((await ReadAsync()).Position);

    /// <summary>Deletes a message; returns whether it was there.</summary>
    /// <param name="id">The message's id.</param>
    protected async Task<bool> DeleteAsync(long id) =>
        (await Store.ChangeAsync(Room, id, _ => MessageDecision.Delete(), Cancelled)).Outcome == ChangeOutcome.Deleted;

    /// <summary>Gives a message another text.</summary>
    /// <param name="id">The message's id.</param>
    /// <param name="text">The text.</param>
    protected async Task<MessageChange> EditAsync(long id, string text) =>
        await Store.ChangeAsync(Room, id, _ => MessageDecision.Edit(text), Cancelled);

    /// <summary>
    /// For overrides in the classes of a store that lacks an ability: asserts that the test ends with a <see cref="NotSupportedException"/> that
    /// names the ability and the store's type.
    /// </summary>
    /// <param name="ability">The ability, as the exception's message names it.</param>
    /// <param name="test">The overridden test, or a call that needs the ability.</param>
    protected async Task NotSupportedAsync(string ability, Func<Task> test)
    {
        var refused = await Assert.ThrowsAsync<NotSupportedException>(test);
        refused.Message.Should().Contain(Store.GetType().Name).And.Contain(ability);
    }
}
