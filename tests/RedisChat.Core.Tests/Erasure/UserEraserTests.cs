using Microsoft.Extensions.Logging.Abstractions;

namespace RedisChat.Tests.Erasure;

/// <summary>What the error of an erasure says when the store fails.</summary>
public sealed class UserEraserTests
{
    [Fact]
    public async Task A_dry_run_that_fails_has_changed_nothing()
    {
        var failed = await Assert.ThrowsAsync<ChatUnavailableException>(() => EraseAsync(new Erasures("records"), new ErasureOptions { IsDryRun = true }));

        failed.MayHaveHappened.Should().BeFalse();
        failed.Message.Should().Contain("Nothing was changed");
    }

    [Fact]
    public async Task A_proof_that_fails_follows_a_complete_erasure()
    {
        var failed = await Assert.ThrowsAsync<ChatUnavailableException>(() => EraseAsync(new Erasures("search"), new ErasureOptions()));

        failed.MayHaveHappened.Should().BeFalse();
        failed.Message.Should().StartWith("The user was erased");
    }

    [Fact]
    public async Task A_step_that_fails_may_have_happened()
    {
        var failed = await Assert.ThrowsAsync<ChatUnavailableException>(() => EraseAsync(new Erasures("step"), new ErasureOptions()));

        failed.MayHaveHappened.Should().BeTrue();
        failed.Message.Should().Contain("Call it again to continue");
    }

    private static Task<ErasureReport> EraseAsync(Erasures erasures, ErasureOptions options)
    {
        var runner = new OperationRunner(new ChatOptions { OperationTimeout = TimeSpan.FromMilliseconds(100) }, TimeProvider.System, NullLogger.Instance);
        return new UserEraser(new Store(erasures), runner, "alice", options, null).RunAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Has one room, and loses the answers of one kind of calls.</summary>
    private sealed class Erasures(string fails) : IErasureStore
    {
        public ValueTask<FoundRooms> FindRoomsAsync(string? user, string? cursor, CancellationToken cancellationToken = default) => new(new FoundRooms([new FoundRoom("lobby", ["lobby"])], null));

        public ValueTask<string> IdentifyServersAsync(CancellationToken cancellationToken = default) => new("one");

        public ValueTask<UserErasure> BeginErasureAsync(string user, ErasureMode mode, CancellationToken cancellationToken = default) => new(new UserErasure(user, mode, "erased~1"));

        public ValueTask<ErasedStep> EraseStepAsync(UserErasure erasure, FoundRoom room, string? cursor, CancellationToken cancellationToken = default) =>
            new(fails == "step" ? throw Lost() : new ErasedStep(false, 0, null));

        public ValueTask EndErasureAsync(UserErasure erasure, IReadOnlyCollection<string> marked, CancellationToken cancellationToken = default) => default;

        public ValueTask<SearchedStep> SearchAsync(string user, FoundRoom room, string? cursor, CancellationToken cancellationToken = default) => throw Lost();

        public ValueTask<UserRecordsStep> ReadRecordsAsync(string user, FoundRoom room, string? cursor, CancellationToken cancellationToken = default) => throw Lost();

        private static ChatUnavailableException Lost() => new("The answer is lost.") { MayHaveHappened = true };
    }

    private sealed class Store(IErasureStore erasures) : IMessageStore
    {
        public bool RecognizesRepeatedAppends => true;

        public object? GetAbility(Type ability) => ability == typeof(IErasureStore) ? erasures : null;

        public ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<MessagePage> ReadAsync(string room, MessageQuery query, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<MessageChange> ChangeAsync(string room, long id, Func<Message, MessageDecision> decide, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<RoomChanges> ReadChangesAsync(string room, RoomPosition after, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public IAsyncEnumerable<RoomEvent> WatchAsync(string room, WatchOptions options, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
