namespace RedisChat.Conformance;

/// <summary>Finding out whether a message was sent: exactly what a repeated send would recognize, and nothing is written.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class SentMessageTests(StoreFactory stores) : StoreTests(stores)
{
    /// <summary>Runs a test. A store without this ability overrides it, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task A_message_is_found_with_the_receipt_that_a_repetition_gets() => RunAsync(async () =>
    {
        (await FindAsync(Keyed("alice", "hello", "key"))).Should().BeNull("the room does not exist");
        await AppendAsync("bob", "first");
        var sent = await AppendAsync("alice", "hello", "key");
        await AppendAsync("bob", "last");

        var found = await FindAsync(Keyed("alice", "hello", "key"));

        found.Should().Be(sent with { IsDuplicate = true });
        found.Should().Be(await AppendAsync("alice", "hello", "key"));
    });

    [Fact]
    public Task A_key_belongs_to_its_author_and_room() => RunAsync(async () =>
    {
        await AppendAsync("alice", "hello", "key");

        (await FindAsync(Keyed("bob", "hello", "key"))).Should().BeNull();
        (await FindAsync(Keyed("alice", "hello", "key2"))).Should().BeNull();
        (await new Chat(Store).FindSentAsync(NewRoom(), Keyed("alice", "hello", "key"), Cancelled)).Should().BeNull();
    });

    [Fact]
    public Task Looking_for_a_message_stores_nothing() => RunAsync(async () =>
    {
        await AppendAsync("bob", "first");
        (await FindAsync(Keyed("alice", "hello", "key"))).Should().BeNull();

        (await ReadAsync()).Messages.Should().ContainSingle();
        (await AppendAsync("alice", "hello", "key")).IsDuplicate.Should().BeFalse();
    });

    [Fact]
    public Task A_message_is_found_after_it_was_edited_or_deleted_and_through_another_process() => RunAsync(async () =>
    {
        var edited = await AppendAsync("alice", "one", "key1");
        var deleted = await AppendAsync("alice", "two", "key2");
        await AppendManyAsync(300);
        await EditAsync(edited.Id, "changed");
        await DeleteAsync(deleted.Id);
        var other = new Chat(OpenStore()).Room(Room);

        (await other.FindSentAsync(Keyed("alice", "one", "key1"), Cancelled))!.Id.Should().Be(edited.Id);
        (await other.FindSentAsync(Keyed("alice", "two", "key2"), Cancelled))!.Id.Should().Be(deleted.Id);
    });

    [Fact]
    public Task A_key_of_another_message_is_a_conflict() => RunAsync(async () =>
    {
        var message = Keyed("alice", "hello", "key") with { Metadata = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" } };
        await Store.AppendAsync(Room, [message], Cancelled);

        await Assert.ThrowsAsync<ChatIdempotencyConflictException>(() => FindAsync(message with { Text = "other" }));
        await Assert.ThrowsAsync<ChatIdempotencyConflictException>(() => FindAsync(Keyed("alice", "hello", "key")));
        (await FindAsync(message with { Metadata = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" } }))!.Id.Should().Be(1);
    });

    [Fact]
    public Task A_message_that_a_filter_replaced_is_found_as_its_author_sent_it() => RunAsync(async () =>
    {
        var chat = new Chat(Store, filters: [new Shouting()]);
        var sent = await chat.SendAsync(Room, Keyed("alice", "hello", "key"), Cancelled);

        (await chat.GetAsync(Room, sent.Id, Cancelled))!.Text.Should().Be("HELLO");
        (await FindAsync(Keyed("alice", "hello", "key")))!.Id.Should().Be(sent.Id);
    });

    [Fact]
    public Task A_message_is_found_in_a_room_with_rules_whatever_they_say_now() => RunAsync(async () =>
    {
        var room = new Chat(Store).Room(Room);
        await room.Members.SetRoleAsync("alice", RoomRole.Member, Actor.Application, cancellationToken: Cancelled);
        var sent = await room.SendAsync(Keyed("alice", "hello", "key"), Cancelled);
        await room.Members.BanAsync("alice", Actor.Application, cancellationToken: Cancelled);

        (await FindAsync(Keyed("alice", "hello", "key")))!.Id.Should().Be(sent.Id);
    });

    private static NewMessage Keyed(string user, string text, string key) => new(user, text) { IdempotencyKey = key };

    private Task<MessageReceipt?> FindAsync(NewMessage message) => new Chat(Store).FindSentAsync(Room, message, Cancelled);

    private sealed class Shouting : IMessageFilter
    {
        public ValueTask<FilterDecision> FilterAsync(FilteredMessage message, CancellationToken cancellationToken = default) =>
            new(FilterDecision.Replace(message.Text.ToUpperInvariant()));
    }
}
