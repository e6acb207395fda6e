namespace RedisChat.Conformance;

/// <summary>Appending again under the same idempotency key: the message is stored once, and every call returns the same receipt.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class IdempotencyTests(StoreFactory stores) : StoreTests(stores)
{
    [Fact]
    public virtual async Task Append_with_the_same_key_returns_the_first_receipt()
    {
        var first = await AppendAsync("alice", "hello", "key");
        await AppendAsync("bob", "between", "key2");

        var again = await AppendAsync("alice", "hello", "key");

        again.Should().Be(first with { IsDuplicate = true });
        (await ReadAsync()).Messages.Should().HaveCount(2);
    }

    [Fact]
    public virtual async Task A_repetition_through_another_process_is_recognized()
    {
        var first = await AppendAsync("alice", "hello", "key");
        await AppendManyAsync(300);
        var other = OpenStore();

        var again = await other.AppendAsync(Room, [New("alice", "hello", "key")], Cancelled);

        again[0].Id.Should().Be(first.Id);
        again[0].Timestamp.Should().Be(first.Timestamp);
        again[0].IsDuplicate.Should().BeTrue();
    }

    [Fact]
    public virtual async Task Concurrent_repetitions_are_stored_once()
    {
        var receipts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AppendAsync("alice", "hello", "key")));

        receipts.Should().OnlyContain(receipt => receipt.Id == 1);
        receipts.Count(receipt => !receipt.IsDuplicate).Should().Be(1);
        (await ReadAsync()).Messages.Should().ContainSingle();
    }

    [Fact]
    public virtual async Task A_key_belongs_to_its_author_and_room()
    {
        await AppendAsync("alice", "hello", "key");

        (await AppendAsync("bob", "hello", "key")).Id.Should().Be(2);
        (await AppendAsync("alice", "hello", "key", NewRoom())).IsDuplicate.Should().BeFalse();
    }

    [Theory]
    [InlineData("a", "b c", "a b", "c")]
    [InlineData("a", ":b", "a:", "b")]
    public virtual async Task Author_and_key_are_not_run_together(string user, string key, string otherUser, string otherKey)
    {
        await AppendAsync(user, "hello", key);

        (await AppendAsync(otherUser, "hello", otherKey)).IsDuplicate.Should().BeFalse();
    }

    [Fact]
    public virtual async Task A_repetition_is_recognized_after_the_message_was_edited_or_deleted()
    {
        var edited = await AppendAsync("alice", "one", "key1");
        var deleted = await AppendAsync("alice", "two", "key2");
        await EditAsync(edited.Id, "changed");
        await DeleteAsync(deleted.Id);

        (await AppendAsync("alice", "one", "key1")).Id.Should().Be(edited.Id);
        (await AppendAsync("alice", "two", "key2")).Id.Should().Be(deleted.Id);
        (await ReadAsync()).Messages.Should().ContainSingle().Which.Text.Should().Be("changed");
    }

    [Fact]
    public virtual async Task Within_a_batch_a_repetition_is_recognized_too()
    {
        await AppendAsync("alice", "old", "old");

        var receipts = await Store.AppendAsync(
            Room, [New("alice", "new", "new"), New("alice", "old", "old"), New("alice", "new", "new"), New("bob", "newer", "new")], Cancelled);

        receipts.Select(receipt => receipt.Id).Should().Equal(2, 1, 2, 3);
        receipts.Select(receipt => receipt.IsDuplicate).Should().Equal(false, true, true, false);
        (await ReadAsync()).Messages.Select(message => message.Text).Should().Equal("old", "new", "newer");
    }

    [Fact]
    public virtual async Task A_key_used_for_another_text_is_refused_and_nothing_of_the_batch_is_stored()
    {
        await AppendAsync("alice", "hello", "key");

        var append = async () => await Store.AppendAsync(Room, [New("bob", "first"), New("alice", "other", "key")], Cancelled);

        await append.Should().ThrowAsync<ChatIdempotencyConflictException>();
        (await ReadAsync()).Messages.Should().ContainSingle().Which.Text.Should().Be("hello");
        (await AppendAsync("bob", "next")).Id.Should().Be(2);
    }

    [Fact]
    public virtual async Task A_key_used_for_other_metadata_is_refused()
    {
        var message = New("alice", "hello", "key") with { Metadata = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" } };
        await Store.AppendAsync(Room, [message], Cancelled);

        var same = message with { Metadata = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" } };
        (await Store.AppendAsync(Room, [same], Cancelled))[0].IsDuplicate.Should().BeTrue("the order of metadata means nothing");
        var append = async () => await Store.AppendAsync(Room, [New("alice", "hello", "key")], Cancelled);
        await append.Should().ThrowAsync<ChatIdempotencyConflictException>();
    }

    [Fact]
    public virtual async Task The_key_of_the_application_comes_back_with_the_message_and_its_event()
    {
        await AppendAsync("alice", "first", "phone-0");
        await using var log = new WatchLog(Store.WatchAsync(Room, cancellationToken: Cancelled));
        await log.CaughtUpAsync();
        await AppendAsync("alice", "hello", "phone-1 \"x\"");
        await log.UntilAsync(watcher => watcher.CreatedIds.Contains(2));
        await EditAsync(2, "changed");
        await AppendAsync("alice", "next", "phone-2");
        await log.UntilAsync(watcher => watcher.CreatedIds.Contains(3) && watcher.Events.OfType<RoomEvent.Edited>().Any());

        (await Store.GetAsync(Room, 2, Cancelled))!.IdempotencyKey.Should().Be("phone-1 \"x\"", "an edit keeps it");
        (await ReadAsync()).Messages.Select(message => message.IdempotencyKey).Should().Equal("phone-0", "phone-1 \"x\"", "phone-2");
        log.Events.OfType<RoomEvent.Created>().Select(created => created.Message.IdempotencyKey).Should().Equal("phone-1 \"x\"", "phone-2");
        log.Events.OfType<RoomEvent.Edited>().Should().ContainSingle().Which.Message.IdempotencyKey.Should().Be("phone-1 \"x\"");
        (await Store.ReadChangesAsync(Room, RoomPosition.Start, 10, Cancelled)).Events.OfType<RoomEvent.Created>()
            .Select(created => created.Message.IdempotencyKey).Should().Equal("phone-0", "phone-1 \"x\"", "phone-2");
    }

    [Fact]
    public virtual async Task A_key_that_the_chat_generated_does_not_come_back()
    {
        await AppendAsync("alice", "hello");
        await new Chat(Store).SendAsync(Room, "alice", "by the chat", Cancelled);
        await new Chat(Store).SendManyAsync(Room, [new("alice", "one"), new("bob", "two")], Cancelled);

        (await ReadAsync()).Messages.Should().HaveCount(4).And.OnlyContain(message => message.IdempotencyKey == null);
    }
}
