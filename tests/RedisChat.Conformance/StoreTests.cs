namespace RedisChat.Conformance;

/// <summary>
/// What every store must do. A class for a store derives from each class of this suite and says how to open it; where a store lacks an
/// ability, it overrides the test to assert <see cref="NotSupportedException"/>.
/// </summary>
public abstract class StoreTests : IAsyncLifetime
{
    private static int _rooms;

    private readonly List<IMessageStore> _opened = [];

    /// <summary>The store under test.</summary>
    protected IMessageStore Store { get; private set; } = null!;

    /// <summary>A room that no other test uses.</summary>
    protected string Room { get; } = NewRoom();

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Makes a store; a further one sees the same data, as another process would.</summary>
    protected abstract IMessageStore MakeStore();

    public ValueTask InitializeAsync()
    {
        Store = OpenStore();
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var store in _opened.OfType<IAsyncDisposable>())
        {
            await store.DisposeAsync();
        }
    }

    /// <summary>Opens a further store on the same data.</summary>
    protected IMessageStore OpenStore()
    {
        var store = MakeStore();
        _opened.Add(store);
        return store;
    }

    /// <summary>Completes when what the stores do in the background is done, for now.</summary>
    protected virtual Task SettledAsync() => Task.CompletedTask;

    protected static string NewRoom() => $"room {Interlocked.Increment(ref _rooms)} {Guid.NewGuid():n}";

    /// <summary>A message as the facade hands it to the store: with an idempotency key, if the store recognises these.</summary>
    protected NewMessage New(string user, string text, string? key = null) => new(user, text)
    {
        IdempotencyKey = key ?? (Store.RecognizesRepeatedAppends ? Guid.NewGuid().ToString("n") : null),
        IsKeyGenerated = key is null && Store.RecognizesRepeatedAppends,
    };

    protected async Task<MessageReceipt> AppendAsync(string user, string text, string? key = null, string? room = null) =>
        (await Store.AppendAsync(room ?? Room, [New(user, text, key)], Cancelled))[0];

    /// <summary>Appends so many messages, by alice and bob in turn, with texts "1", "2" ….</summary>
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

    protected async Task<MessagePage> ReadAsync(MessageQuery? query = null, string? room = null) =>
        await Store.ReadAsync(room ?? Room, query ?? MessageQuery.Newest, Cancelled);

    protected async Task<bool> DeleteAsync(long id) =>
        (await Store.ChangeAsync(Room, id, _ => MessageDecision.Delete(), Cancelled)).Outcome == ChangeOutcome.Deleted;

    protected async Task<MessageChange> EditAsync(long id, string text) =>
        await Store.ChangeAsync(Room, id, _ => MessageDecision.Edit(text), Cancelled);

    /// <summary>For an override: the store must refuse what the test does, naming itself and the ability.</summary>
    protected async Task NotSupportedAsync(string ability, Func<Task> test)
    {
        var refused = await Assert.ThrowsAsync<NotSupportedException>(test);
        refused.Message.Should().Contain(Store.GetType().Name).And.Contain(ability);
    }
}
