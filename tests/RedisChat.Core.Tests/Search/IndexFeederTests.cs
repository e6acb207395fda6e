namespace RedisChat.Tests.Search;

/// <summary>What the feeder does about history that is trimmed, and about rooms that cannot be reached.</summary>
public sealed class IndexFeederTests : IDisposable
{
    private readonly InMemoryMessageStore _store = new();
    private readonly ObservedIndex _index = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _index.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Trimmed_messages_leave_the_index_also_if_nobody_fed_it_then(bool isFedMeanwhile)
    {
        var chat = new Chat(_store, index: _index);
        var feeder = new RunningFeeder(chat, "lobby");
        for (var first = 1; first <= 901; first += 100)
        {
            await chat.SendManyAsync("lobby", [.. Enumerable.Range(first, 100).Select(id => new NewMessage("alice", $"every word{id}"))], Cancelled);
        }

        await _index.CaughtUpAsync(chat, "lobby");
        if (!isFedMeanwhile)
        {
            await feeder.DisposeAsync();
        }

        var retention = ((IMessageStore)_store).GetAbility<IRetentionStore>()!;
        while ((await retention.TrimStepAsync("lobby", new RetentionPolicy { MaxMessages = 300 }, DateTimeOffset.UtcNow, Cancelled)).Deleted > 0)
        {
            // Until no more may go.
        }

        if (!isFedMeanwhile)
        {
            feeder = new RunningFeeder(chat, "lobby");
        }

        await _index.CaughtUpAsync(chat, "lobby");
        await feeder.DisposeAsync();
        var present = new List<long>();
        await foreach (var message in chat.ReceiveAllAsync("lobby", cancellationToken: Cancelled))
        {
            present.Add(message.Id);
        }

        present.Should().HaveCountLessThan(500);
        (await FindAsync("every ")).Should().BeEquivalentTo(present);
        (await FindAsync("word1 ")).Should().BeEmpty();
        (await FindAsync("word1000 ")).Should().Equal(1000);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Messages_that_were_made_anonymous_have_their_new_author_in_the_index(bool isFedMeanwhile)
    {
        var chat = new Chat(_store, index: _index);
        var feeder = new RunningFeeder(chat, "lobby");
        await chat.SendManyAsync("lobby", [.. Enumerable.Range(1, 100).Select(id => new NewMessage(id % 2 == 0 ? "alice" : "bob", "every word"))], Cancelled);
        await _index.CaughtUpAsync(chat, "lobby");
        if (!isFedMeanwhile)
        {
            await feeder.DisposeAsync();
        }

        var report = await chat.User("alice").EraseAsync(new ErasureOptions { Mode = ErasureMode.Anonymize }, cancellationToken: Cancelled);
        if (!isFedMeanwhile)
        {
            feeder = new RunningFeeder(chat, "lobby");
        }

        await _index.CaughtUpAsync(chat, "lobby");
        await feeder.DisposeAsync();
        (await _index.FindAsync(new IndexQuery { Text = "every", User = "alice", Limit = 200 }, Cancelled)).Should().BeEmpty();
        (await _index.FindAsync(new IndexQuery { Text = "every", User = report.Alias, Limit = 200 }, Cancelled)).Should().HaveCount(50);
    }

    [Fact]
    public async Task Rooms_that_cannot_be_reached_do_not_stop_the_others()
    {
        var away = Enumerable.Range(1, 6).Select(number => $"away{number}").ToArray();
        var store = new PartlyReachable(_store);
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMilliseconds(100) }, index: _index);
        foreach (var room in away.Append("lobby"))
        {
            await chat.SendAsync(room, "alice", $"tea in {room}", Cancelled);
        }

        store.IsReachable = room => !away.Contains(room);
        await using var feeder = new RunningFeeder(chat, [.. away, "lobby"]);
        await _index.UntilAsync(async () => await _index.ReadPositionAsync("lobby", Cancelled) is not null);
        (await _index.ListRoomsAsync(Cancelled)).Should().Equal("lobby");

        store.IsReachable = _ => true;
        await _index.CaughtUpAsync(chat, [.. away, "lobby"]);
        (await FindAsync("tea")).Should().HaveCount(7);
        feeder.Running.IsCompleted.Should().BeFalse();
    }

    private async Task<IEnumerable<long>> FindAsync(string text) => (await _index.FindAsync(new IndexQuery { Text = text, Limit = 2000 }, Cancelled)).Select(hit => hit.MessageId);

    /// <summary>A store of which some rooms cannot be reached.</summary>
    private sealed class PartlyReachable(IMessageStore inner) : IMessageStore
    {
        public Func<string, bool> IsReachable { get; set; } = _ => true;

        public bool RecognizesRepeatedAppends => inner.RecognizesRepeatedAppends;

        public ValueTask<RoomChanges> ReadChangesAsync(string room, RoomPosition after, int limit, CancellationToken cancellationToken = default) =>
            IsReachable(room) ? inner.ReadChangesAsync(room, after, limit, cancellationToken) : throw new ChatUnavailableException("The test wants this.");

        public IAsyncEnumerable<RoomEvent> WatchAsync(string room, WatchOptions options, CancellationToken cancellationToken = default) => inner.WatchAsync(room, options, cancellationToken);

        public ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default) =>
            inner.AppendAsync(room, messages, cancellationToken);

        public ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default) => inner.GetAsync(room, id, cancellationToken);

        public ValueTask<MessagePage> ReadAsync(string room, MessageQuery query, CancellationToken cancellationToken = default) => inner.ReadAsync(room, query, cancellationToken);

        public ValueTask<MessageChange> ChangeAsync(string room, long id, Func<Message, MessageDecision> decide, CancellationToken cancellationToken = default) =>
            inner.ChangeAsync(room, id, decide, cancellationToken);
    }
}
