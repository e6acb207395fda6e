namespace RedisChat.Tests.WatchMany;

/// <summary>Many rooms in one stream: how the stream ends.</summary>
public sealed class WatchedRoomsEndTests : WatchedRoomsTestBase
{
    [Fact]
    public async Task The_disposal_of_the_store_ends_the_stream()
    {
        var watched = Watch("a", "b");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        var next = events.MoveNextAsync();

        Store["b"].Fail(new ObjectDisposedException("store"));

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await next);
        (await events.MoveNextAsync()).Should().BeFalse();
        Assert.Throws<ObjectDisposedException>(() => watched.Add("c"));
        (Store["a"].Watched, Store["b"].Watched).Should().Be((0, 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_of_two_tokens_ends_the_stream_before_any_further_event(bool ofStream)
    {
        using var one = new CancellationTokenSource();
        using var other = new CancellationTokenSource();
        var canceled = ofStream ? one : other;
        var watched = Chat().WatchManyAsync([new("a", null)], cancellationToken: one.Token);
        await using var events = watched.GetAsyncEnumerator(other.Token);
        Store["a"].Publish(2);
        await NextAsync(events);

        await canceled.CancelAsync();

        var error = await Assert.ThrowsAsync<OperationCanceledException>(async () => await events.MoveNextAsync());
        error.CancellationToken.Should().Be(canceled.Token);
        Store["a"].Watched.Should().Be(0);
        (await events.MoveNextAsync()).Should().BeFalse();
    }

    [Fact]
    public async Task Cancellation_ends_a_wait_and_does_not_run_the_code_of_the_consumer()
    {
        using var end = new CancellationTokenSource();
        await using var watched = Chat().WatchManyAsync([new("a", null)], cancellationToken: end.Token);
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        using var canceled = new ManualResetEventSlim();
        var consuming = ConsumeAsync(events.MoveNextAsync());

        end.Cancel();

        canceled.Set();
        (await consuming).Should().Be(end.Token);

        async Task<CancellationToken?> ConsumeAsync(ValueTask<bool> next)
        {
            try
            {
                await next;
                return null;
            }
            catch (OperationCanceledException e)
            {
                return canceled.Wait(TimeSpan.FromSeconds(60), Cancelled) ? e.CancellationToken : null;
            }
        }
    }

    [Fact]
    public async Task A_stream_whose_token_is_canceled_before_delivers_nothing()
    {
        var canceled = new CancellationToken(canceled: true);
        await using var watched = Chat().WatchManyAsync([new("a", null)], cancellationToken: canceled);
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await events.MoveNextAsync());
        Store["a"].Watched.Should().Be(0);
    }

    [Fact]
    public async Task Disposing_ends_the_wait_without_an_event_and_all_watches()
    {
        var watched = Watch("a", "b", "c");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        Store["a"].Publish(1);
        await NextAsync(events);
        var next = events.MoveNextAsync();

        await watched.DisposeAsync();

        (await next).Should().BeFalse();
        (await events.MoveNextAsync()).Should().BeFalse();
        new[] { "a", "b", "c" }.Sum(room => Store[room].Watched).Should().Be(0);
        await watched.DisposeAsync();
        watched.Remove("a").Should().BeFalse();
        Assert.Throws<ObjectDisposedException>(() => watched.Add("d"));
    }

    [Fact]
    public async Task Leaving_the_loop_ends_all_watches()
    {
        var watched = Watch("a", "b");
        Store["a"].Publish(1);
        await foreach (var happened in watched.WithCancellation(Cancelled))
        {
            happened.Room.Should().Be("a");
            break;
        }

        (Store["a"].Watched, Store["b"].Watched).Should().Be((0, 0));
    }
}
