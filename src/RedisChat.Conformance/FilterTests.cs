namespace RedisChat.Conformance;

/// <summary>
/// Messages that filters change before the store receives them: a repetition is recognized by what the sender sent, see
/// <see cref="NewMessage.Original"/>.
/// </summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class FilterTests(StoreFactory stores) : StoreTests(stores)
{
    private static readonly NewMessage Hello = new("alice", "hello") { IdempotencyKey = "key" };

    [Fact]
    public virtual async Task A_repetition_is_recognized_although_the_filter_decides_otherwise()
    {
        var chat = new Chat(Store, filters: [new Counting()]);

        var first = await chat.SendAsync(Room, Hello, Cancelled);
        var again = await chat.SendAsync(Room, Hello, Cancelled);

        again.Should().Be(first with { IsDuplicate = true });
        (await ReadAsync()).Messages.Should().ContainSingle().Which.Text.Should().Be("hello 1");
    }

    [Fact]
    public virtual async Task A_repetition_through_a_process_with_other_filters_is_recognized()
    {
        var first = await new Chat(Store, filters: [new Counting()]).SendAsync(Room, Hello, Cancelled);

        (await new Chat(OpenStore()).SendAsync(Room, Hello, Cancelled)).Id.Should().Be(first.Id);
        (await new Chat(OpenStore(), filters: [new Constant()]).SendAsync(Room, Hello, Cancelled)).Id.Should().Be(first.Id);
        (await ReadAsync()).Messages.Should().ContainSingle();
    }

    [Fact]
    public virtual async Task Another_message_under_the_same_key_is_a_conflict_even_if_the_filter_makes_them_equal()
    {
        var chat = new Chat(Store, filters: [new Constant()]);
        await chat.SendAsync(Room, Hello, Cancelled);

        await Assert.ThrowsAsync<ChatIdempotencyConflictException>(() => chat.SendAsync(Room, Hello with { Text = "something else" }, Cancelled));
        await Assert.ThrowsAsync<ChatIdempotencyConflictException>(() => new Chat(Store).SendAsync(Room, Hello with { Text = "constant" }, Cancelled));
        await Assert.ThrowsAsync<ChatIdempotencyConflictException>(
            () => chat.SendManyAsync(Room, [Hello with { IdempotencyKey = "2" }, new("bob", "hi"), Hello with { IdempotencyKey = "2", Text = "else" }], Cancelled));

        (await ReadAsync()).Messages.Should().ContainSingle().Which.Text.Should().Be("constant");
    }

    [Fact]
    public virtual async Task A_repeated_batch_is_recognized_message_by_message()
    {
        var chat = new Chat(Store, filters: [new Counting()]);
        NewMessage[] batch = [Hello, Hello with { IdempotencyKey = "2", Text = "second" }, new("bob", "not keyed")];
        var first = await chat.SendManyAsync(Room, batch, Cancelled);

        var again = await chat.SendManyAsync(Room, batch, Cancelled);

        again.Select(receipt => (receipt.Id, receipt.IsDuplicate)).Should().Equal((1, true), (2, true), (4, false));
        first.Select(receipt => receipt.Id).Should().Equal(1, 2, 3);
        (await ReadAsync()).Messages.Select(message => message.Text).Should().Equal("hello 1", "second 2", "not keyed 3", "not keyed 6");
    }

    private sealed class Counting : IMessageFilter
    {
        private int _count;

        public ValueTask<FilterDecision> FilterAsync(FilteredMessage message, CancellationToken cancellationToken = default) =>
            new(FilterDecision.Replace($"{message.Text} {Interlocked.Increment(ref _count)}"));
    }

    private sealed class Constant : IMessageFilter
    {
        public ValueTask<FilterDecision> FilterAsync(FilteredMessage message, CancellationToken cancellationToken = default) =>
            new(FilterDecision.Replace("constant"));
    }
}
