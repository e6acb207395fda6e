using Microsoft.Extensions.Time.Testing;

namespace RedisChat.Tests.Storage;

public sealed class RetryTests
{
    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.Zero };
    private readonly FaultyStore _store = new(new InMemoryMessageStore());

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_send_without_an_answer_is_repeated_and_stored_once()
    {
        _store.FaultsComeAfterwards = true;
        _store.Faults.Enqueue(new ChatUnavailableException { MayHaveHappened = true });
        _store.Faults.Enqueue(new ChatUnavailableException { MayHaveHappened = true });

        var receipt = await RunAsync(chat => chat.SendAsync("lobby", "alice", "hello", Cancelled));

        receipt.Id.Should().Be(1);
        receipt.IsDuplicate.Should().BeTrue();
        _store.Calls.Should().Be(3);
        (await _store.ReadAsync("lobby", MessageQuery.Newest, Cancelled)).Messages.Should().ContainSingle();
    }

    [Fact]
    public async Task A_send_that_may_have_happened_is_not_repeated_on_a_store_that_would_double_it()
    {
        _store.RecognizesRepeatedAppends = false;
        _store.Faults.Enqueue(new ChatUnavailableException { MayHaveHappened = false });
        _store.Faults.Enqueue(new ChatUnavailableException { MayHaveHappened = true });

        var send = () => RunAsync(chat => chat.SendAsync("lobby", new NewMessage("alice", "hello") { IdempotencyKey = "key" }, Cancelled));

        (await send.Should().ThrowAsync<ChatUnavailableException>()).Which.MayHaveHappened.Should().BeTrue();
        _store.Calls.Should().Be(2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task When_the_time_is_up_the_error_says_whether_the_send_may_have_happened(bool mayHaveHappened)
    {
        for (var i = 0; i < 1000; i++)
        {
            _store.Faults.Enqueue(new ChatUnavailableException("No connection.") { MayHaveHappened = mayHaveHappened && i == 3 });
        }

        var send = () => RunAsync(chat => chat.SendAsync("lobby", "alice", "hello", Cancelled));

        var error = (await send.Should().ThrowAsync<ChatUnavailableException>()).Which;
        error.MayHaveHappened.Should().Be(mayHaveHappened);
        error.Room.Should().Be("lobby");
        error.Operation.Should().Be(ChatOperations.Send);
        error.InnerException.Should().BeOfType<ChatUnavailableException>();
        error.Message.Should().Contain("10 s").And.Contain("No connection.");
        _store.Calls.Should().BeInRange(10, 40, "the pauses grow to a second, and the time limit is ten seconds");
    }

    [Fact]
    public async Task An_error_after_an_attempt_that_may_have_happened_still_says_so()
    {
        _store.FaultsComeAfterwards = true;
        _store.Faults.Enqueue(new ChatUnavailableException { MayHaveHappened = true });
        _store.Faults.Enqueue(new ChatServerException("Another server, after a fail-over. Nothing was written."));

        var send = () => RunAsync(chat => chat.SendAsync("lobby", "alice", "hello", Cancelled));

        var error = (await send.Should().ThrowAsync<ChatUnavailableException>()).Which;
        error.MayHaveHappened.Should().BeTrue();
        error.InnerException.Should().BeOfType<ChatServerException>();
    }

    [Fact]
    public async Task A_send_retries_while_there_are_two_primaries_until_the_time_is_up()
    {
        _store.Faults.Enqueue(new ChatTopologyException("Two primaries."));
        (await RunAsync(chat => chat.SendAsync("lobby", "alice", "hello", Cancelled))).Id.Should().Be(1);

        for (var i = 0; i < 1000; i++)
        {
            _store.Faults.Enqueue(new ChatTopologyException("Two primaries."));
        }

        var send = () => RunAsync(chat => chat.SendAsync("lobby", "alice", "hello", Cancelled));
        await send.Should().ThrowAsync<ChatTopologyException>();
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_given_up_when_the_time_is_up()
    {
        var chat = new Chat(new SilentStore(), time: _time);
        var send = chat.SendAsync("lobby", "alice", "hello", Cancelled);
        var read = chat.ReceiveAsync("lobby", cancellationToken: Cancelled);

        _time.Advance(TimeSpan.FromSeconds(10));

        (await Assert.ThrowsAsync<ChatUnavailableException>(() => send)).MayHaveHappened.Should().BeTrue();
        (await Assert.ThrowsAsync<ChatUnavailableException>(() => read)).MayHaveHappened.Should().BeFalse();
    }

    [Fact]
    public async Task A_cancelled_call_ends_as_cancelled_even_between_attempts()
    {
        using var cancelled = new CancellationTokenSource();
        var chat = new Chat(new SilentStore(), time: _time);
        var waiting = chat.SendAsync("lobby", "alice", "hello", cancelled.Token);
        _store.Faults.Enqueue(new ChatUnavailableException());
        var pausing = new Chat(_store, time: _time).SendAsync("lobby", "alice", "hello", cancelled.Token);

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pausing);
    }

    [Fact]
    public async Task A_deletion_whose_answer_was_lost_counts_as_deleted_by_this_call()
    {
        await RunAsync(chat => chat.SendAsync("lobby", "alice", "hello", Cancelled));
        _store.FaultsComeAfterwards = true;
        _store.Faults.Enqueue(new ChatUnavailableException { MayHaveHappened = true });

        (await RunAsync(chat => chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled))).Should().BeTrue();
    }

    [Fact]
    public async Task A_deletion_by_someone_else_between_two_attempts_is_not_claimed()
    {
        await RunAsync(chat => chat.SendAsync("lobby", "alice", "hello", Cancelled));

        // The attempt was refused for certain, and at the next one the message is gone: someone else deleted it.
        _store.FaultsComeAfterwards = true;
        _store.Faults.Enqueue(new ChatUnavailableException { MayHaveHappened = false });

        (await RunAsync(chat => chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled))).Should().BeFalse();
    }

    [Fact]
    public async Task An_edit_whose_answer_was_lost_is_made_once()
    {
        await RunAsync(chat => chat.SendAsync("lobby", "alice", "hello", Cancelled));
        _store.FaultsComeAfterwards = true;
        _store.Faults.Enqueue(new ChatUnavailableException { MayHaveHappened = true });

        (await RunAsync(chat => chat.EditAsync("lobby", 1, "alice", "hi", Cancelled)))!.Version.Should().Be(2);
    }

    [Fact]
    public async Task Other_errors_are_not_repeated()
    {
        _store.Faults.Enqueue(new ChatStoreFullException("full"));

        var send = () => RunAsync(chat => chat.SendAsync("lobby", "alice", "hello", Cancelled));

        await send.Should().ThrowAsync<ChatStoreFullException>();
        _store.Calls.Should().Be(1);
    }

    /// <summary>Runs an operation on a clock that advances as soon as the chat waits.</summary>
    private async Task<T> RunAsync<T>(Func<Chat, Task<T>> operation)
    {
        var running = operation(new Chat(_store, time: _time));
        while (!running.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        return await running;
    }
}
