namespace RedisChat.Tests.Storage;

public sealed class DurabilityLevelTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public void Levels_describe_themselves()
    {
        Durability.Memory.ToString().Should().Be("Memory");
        Durability.Replicated(2, TimeSpan.FromSeconds(1)).ToString().Should().Be("Replicated(2)");
        Durability.Fsynced(TimeSpan.FromSeconds(1)).ToString().Should().Be("Fsynced");
        Durability.Replicated(2, TimeSpan.FromSeconds(1)).Should().Be(Durability.Replicated(2, TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData(0, 1000)]
    [InlineData(-1, 1000)]
    [InlineData(1, 0)]
    [InlineData(1, 30_001)]
    public void Values_out_of_range_are_refused(int replicas, int milliseconds)
    {
        var make = () => Durability.Replicated(replicas, TimeSpan.FromMilliseconds(milliseconds));
        make.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public async Task The_error_of_a_store_that_cannot_wait_names_it_the_level_and_a_remedy()
    {
        var chat = new Chat(new InMemoryMessageStore(), new ChatOptions { Durability = Durability.Fsynced(TimeSpan.FromSeconds(1)) });

        var send = () => chat.SendAsync("lobby", "alice", "hello", Cancelled);

        (await send.Should().ThrowAsync<NotSupportedException>()).Which.Message.Should()
            .Contain("InMemoryMessageStore").And.Contain("Fsynced").And.Contain("IDurableStore");
        (await chat.SendAsync("lobby", new NewMessage("alice", "hello"), Durability.Memory, Cancelled)).Id.Should().Be(1);
    }

    [Fact]
    public async Task Operations_beyond_the_waiting_limit_are_refused_at_once_and_the_others_continue()
    {
        var chat = new Chat(new SilentStore(), new ChatOptions { MaxPendingOperations = 2 });
        using var end = new CancellationTokenSource();
        var waiting = new[] { chat.SendAsync("lobby", "alice", "one", end.Token), chat.SendAsync("lobby", "alice", "two", end.Token) };

        var send = () => chat.SendAsync("lobby", "alice", "three", Cancelled);
        var error = (await send.Should().ThrowAsync<ChatOverloadedException>()).Which;
        error.Room.Should().Be("lobby");
        error.Operation.Should().Be(ChatOperations.Send);
        error.Message.Should().Contain("ChatOptions.MaxPendingOperations");

        waiting.Should().OnlyContain(task => !task.IsCompleted);
        await end.CancelAsync();
        foreach (var task in waiting)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        }

        // Finished operations make room.
        using var again = new CancellationTokenSource();
        var next = chat.SendAsync("lobby", "alice", "four", again.Token);
        next.IsCompleted.Should().BeFalse();
        await again.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }
}
