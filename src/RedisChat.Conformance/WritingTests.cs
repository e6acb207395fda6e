using static RedisChat.Conformance.WritingLog;

namespace RedisChat.Conformance;

/// <summary>Messages that are written part by part: each part once and in order for every watcher, and the text so far for every reader.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class WritingTests(StoreFactory stores) : StoreTests(stores)
{
    private static readonly WritingOptions Eager = new() { Interval = TimeSpan.Zero };

    [Fact]
    public virtual async Task A_message_in_progress_is_in_the_history_with_its_text_so_far()
    {
        await AppendManyAsync(2);
        var others = OpenStore();
        await using var writer = await BeginAsync();
        await WriteAsync(writer, "Hello", ",\n\"world\" ", "\\ 😀 ");

        writer.MessageId.Should().Be(3);
        foreach (var store in new[] { Store, others })
        {
            var found = (await store.GetAsync(Room, 3, Cancelled))!;
            found.Should().BeEquivalentTo(new { User = "bot", Text = "Hello,\n\"world\" \\ 😀 ", Writing = (WritingState?)WritingState.InProgress, Version = 1, EditedAt = (DateTimeOffset?)null });
            (await store.ReadAsync(Room, MessageQuery.Newest, Cancelled)).Messages[^1].Should().Be(found);
            (await store.ReadChangesAsync(Room, RoomPosition.Start, 100, Cancelled)).Events.OfType<RoomEvent.Created>().Last().Message.Should().Be(found);
        }

        await writer.AppendAsync("and all", Cancelled);
        var completed = await writer.CompleteAsync(Cancelled);

        completed.Should().BeEquivalentTo(new { Id = 3, Text = "Hello,\n\"world\" \\ 😀 and all", Writing = (WritingState?)null, Version = 1, EditedAt = (DateTimeOffset?)null });
        (await others.GetAsync(Room, 3, Cancelled)).Should().Be(completed);
        (await others.ReadAsync(Room, MessageQuery.Newest, Cancelled)).Messages[^1].Should().Be(completed);
    }

    [Fact]
    public virtual async Task Watchers_receive_each_part_once_and_in_order_and_then_the_whole_message()
    {
        await AppendManyAsync(1);
        await using var here = new WatchLog(Store.WatchAsync(Room, cancellationToken: Cancelled));
        await using var there = new WatchLog(OpenStore().WatchAsync(Room, cancellationToken: Cancelled));
        await here.CaughtUpAsync();
        await there.CaughtUpAsync();
        var parts = Enumerable.Range(1, 40).Select(n => $"part {n} ").ToArray();

        await using var writer = await BeginAsync();
        await WriteAsync(writer, parts);
        await here.UntilAsync(log => TextOf(log, 2) == writer.Text);
        await there.UntilAsync(log => TextOf(log, 2) == writer.Text);
        var message = await writer.CompleteAsync(Cancelled);

        foreach (var log in new[] { here, there })
        {
            await log.UntilAsync(HasEnded);
            TextOf(log, 2).Should().Be(string.Concat(parts));
            log.Events.OfType<RoomEvent.WritingEnded>().Should().ContainSingle().Which.Message.Should().Be(message);
            log.Events.Should().NotContain(happened => happened is RoomEvent.Gap || happened is RoomEvent.Edited);
            log.Room.Should().Equal(message);
        }
    }

    [Fact]
    public virtual async Task A_watcher_that_joins_in_the_middle_receives_the_text_so_far_and_then_the_parts()
    {
        await using var writer = await BeginAsync();
        await WriteAsync(writer, "one ", "two ");
        var position = (await ReadAsync()).Position;
        await using var late = new WatchLog(Store.WatchAsync(Room, cancellationToken: Cancelled));
        await using var returned = new WatchLog(OpenStore().WatchAsync(Room, new WatchOptions { After = position }, Cancelled));
        await using var fromStart = new WatchLog(OpenStore().WatchAsync(Room, new WatchOptions { After = RoomPosition.Start }, Cancelled));
        await late.CaughtUpAsync();
        await returned.CaughtUpAsync();
        await fromStart.CaughtUpAsync();

        await WriteAsync(writer, "three ", "four");
        await late.UntilAsync(log => TextOf(log, 1) == writer.Text);
        await returned.UntilAsync(log => TextOf(log, 1) == writer.Text);
        await fromStart.UntilAsync(log => TextOf(log, 1) == writer.Text);
        var message = await writer.CompleteAsync(Cancelled);

        foreach (var log in new[] { late, returned, fromStart })
        {
            await log.UntilAsync(HasEnded);
            TextOf(log, 1).Should().Be("one two three four");
            log.Events.OfType<RoomEvent.WritingEnded>().Single().Message.Should().Be(message);
        }

        late.Events.OfType<RoomEvent.PartWritten>().First().Should().BeEquivalentTo(new { MessageId = 1, Offset = 0 });
        fromStart.Events.OfType<RoomEvent.Created>().Single().Message.Text.Should().StartWith("one two ");
    }

    [Fact]
    public virtual async Task Parts_take_no_revision_and_the_end_takes_one()
    {
        await AppendManyAsync(1);
        await using var writer = await BeginAsync();
        var begun = (await ReadAsync()).Position;
        await WriteAsync(writer, "a", "b", "c");

        (await ReadAsync()).Position.Should().Be(begun);
        await writer.CompleteAsync(Cancelled);

        var ended = (await ReadAsync()).Position;
        (ended with { Revision = begun.Revision }).Should().Be(begun);
        ended.Revision.Should().BeGreaterThan(begun.Revision);
    }

    [Fact]
    public virtual async Task Catching_up_delivers_the_message_as_it_ended()
    {
        await AppendManyAsync(1);
        var before = (await ReadAsync()).Position;
        await using var completed = await BeginAsync();
        await using var abandoned = await BeginAsync();
        var begun = (await ReadAsync()).Position;
        await WriteAsync(completed, "all");
        await WriteAsync(abandoned, "some");
        await completed.CompleteAsync(Cancelled);
        await abandoned.AbandonAsync(Cancelled);

        var changes = await Store.ReadChangesAsync(Room, begun, 100, Cancelled);
        var news = await Store.ReadChangesAsync(Room, before, 100, Cancelled);

        changes.Events.Select(Words).Should().Equal("ended 2 all ", "ended 3 some Abandoned");
        changes.Events.Should().BeInAscendingOrder(happened => happened.Position.Revision);
        changes.Position.Should().Be((await ReadAsync()).Position);
        (await Store.ReadChangesAsync(Room, changes.Position, 100, Cancelled)).Events.Should().BeEmpty();
        news.Events.Select(Words).Should().Equal("created 2 all ", "created 3 some Abandoned");
    }

    [Fact]
    public virtual async Task A_writer_that_is_disposed_abandons_the_message_with_the_text_so_far()
    {
        await AppendManyAsync(1);
        await using var log = new WatchLog(OpenStore().WatchAsync(Room, cancellationToken: Cancelled));
        await log.CaughtUpAsync();
        await using (var writer = await BeginAsync())
        {
            await writer.AppendAsync("so far", Cancelled);
        }

        var message = (await Store.GetAsync(Room, 2, Cancelled))!;
        message.Should().BeEquivalentTo(new { Text = "so far", Writing = (WritingState?)WritingState.Abandoned, Version = 1 });
        await log.UntilAsync(HasEnded);
        log.Room.Should().Equal(message);
        (await EditAsync(2, "rewritten")).Message.Should().BeEquivalentTo(new { Text = "rewritten", Version = 2, Writing = (WritingState?)WritingState.Abandoned });
        (await Store.GetAsync(Room, 2, Cancelled))!.Text.Should().Be("rewritten");
    }

    [Fact]
    public virtual async Task Deleting_a_message_ends_its_writing()
    {
        await AppendManyAsync(1);
        await using var log = new WatchLog(Store.WatchAsync(Room, cancellationToken: Cancelled));
        await log.CaughtUpAsync();
        await using var one = await BeginAsync();
        await using var two = await BeginAsync();
        await using var other = await BeginAsync();
        await WriteAsync(one, "secret");
        await WriteAsync(two, "secret");
        await WriteAsync(other, "still ");

        (await DeleteAsync(one.MessageId)).Should().BeTrue();
        await new Chat(Store).Room(Room).DeleteManyAsync(MessageSelection.Of(1, two.MessageId), Actor.Application, cancellationToken: Cancelled);

        await Assert.ThrowsAsync<ChatWritingException>(() => WriteAsync(one, "more"));
        await Assert.ThrowsAsync<ChatWritingException>(() => WriteAsync(two, "more"));
        await Assert.ThrowsAsync<ChatWritingException>(() => one.CompleteAsync(Cancelled));
        (await two.AbandonAsync(Cancelled)).Should().BeNull();
        await WriteAsync(other, "here");
        var message = await other.CompleteAsync(Cancelled);

        (await ReadAsync()).Messages.Should().Equal(message);
        message.Text.Should().Be("still here");
        await log.UntilAsync(HasEnded);
        log.Events.OfType<RoomEvent.WritingEnded>().Should().ContainSingle();
        log.Events.OfType<RoomEvent.Deleted>().Should().ContainSingle();
        log.Events.OfType<RoomEvent.DeletedMany>().Should().ContainSingle();
    }

    [Fact]
    public virtual async Task A_message_in_progress_cannot_be_edited()
    {
        await using var writer = await BeginAsync();
        await WriteAsync(writer, "mine");
        var before = (await ReadAsync()).Position;

        await Assert.ThrowsAsync<ChatWritingException>(() => EditAsync(1, "yours"));

        (await ReadAsync()).Position.Should().Be(before);
        await writer.CompleteAsync(Cancelled);
        (await EditAsync(1, "ours")).Message.Should().BeEquivalentTo(new { Text = "ours", Version = 2 });
    }

    [Fact]
    public virtual async Task Old_messages_are_written_like_new_ones()
    {
        await using var completed = await BeginAsync();
        await using var abandoned = await BeginAsync();
        await WriteAsync(completed, "begun ");
        await WriteAsync(abandoned, "begun ");
        await AppendManyAsync(500);
        await SettledAsync();
        await using var log = new WatchLog(Store.WatchAsync(Room, cancellationToken: Cancelled));
        await log.CaughtUpAsync();

        await WriteAsync(completed, "long ago");
        await WriteAsync(abandoned, "long ago");
        (await Store.GetAsync(Room, 1, Cancelled)).Should().BeEquivalentTo(new { Text = "begun long ago", Writing = (WritingState?)WritingState.InProgress });
        var message = await completed.CompleteAsync(Cancelled);
        await abandoned.AbandonAsync(Cancelled);

        var old = (await ReadAsync(new MessageQuery { Before = 3 })).Messages;
        old[0].Should().Be(message).And.BeEquivalentTo(new { Text = "begun long ago", Writing = (WritingState?)null, Version = 1 });
        old[1].Should().BeEquivalentTo(new { Text = "begun long ago", Writing = (WritingState?)WritingState.Abandoned, Version = 1 });
        await log.UntilAsync(seen => seen.Events.OfType<RoomEvent.WritingEnded>().Count() == 2);
        TextOf(log, 1).Should().BeOneOf("", "begun long ago");
    }

    [Fact]
    public virtual async Task It_is_sent_like_any_other_message()
    {
        await AppendManyAsync(1);
        var room = new Chat(Store).Room(Room);
        var message = new NewMessage("bot", "To begin with, ")
        {
            ReplyTo = 1,
            IdempotencyKey = "answer",
            Metadata = new Dictionary<string, string> { ["model"] = "small" },
        };

        await using var writer = await room.BeginAsync(message, Eager, Cancelled);
        await Assert.ThrowsAsync<ChatIdempotencyConflictException>(() => room.BeginAsync(message, Eager, Cancelled));
        await Assert.ThrowsAsync<ChatParentNotFoundException>(() => room.BeginAsync(message with { ReplyTo = 9, IdempotencyKey = null }, Eager, Cancelled));
        await WriteAsync(writer, "all is well.");
        var completed = await writer.CompleteAsync(Cancelled);

        completed.Should().BeEquivalentTo(new { Text = "To begin with, all is well.", ReplyTo = 1, IdempotencyKey = "answer" });
        completed.Metadata.Should().BeEquivalentTo(message.Metadata);
        (await ReadAsync()).Messages[1].Should().Be(completed);
        (await ReadAsync(new MessageQuery { User = "bot" })).Messages.Should().Equal(completed);
        await Assert.ThrowsAsync<ChatIdempotencyConflictException>(() => room.BeginAsync(message, Eager, Cancelled));
    }

    [Fact]
    public virtual async Task Each_part_takes_the_right_to_send()
    {
        var room = new Chat(Store).Room(Room);
        await room.Members.SetRoleAsync("olga", RoomRole.Owner, Actor.Application, cancellationToken: Cancelled);
        await room.Members.SetRoleAsync("bot", RoomRole.Member, "olga", cancellationToken: Cancelled);
        await using var writer = await room.BeginAsync(new NewMessage("bot", ""), Eager, Cancelled);
        await using var silenced = await room.BeginAsync(new NewMessage("bot", ""), Eager, Cancelled);
        await using var application = await room.BeginAsync(new NewMessage("bot", "") { IsFromApplication = true }, Eager, Cancelled);
        await WriteAsync(writer, "good");
        await WriteAsync(silenced, "good");

        await room.Members.BanAsync("bot", "olga", cancellationToken: Cancelled);

        (await Assert.ThrowsAsync<ChatForbiddenException>(() => WriteAsync(writer, " bad"))).Reason.Should().Be(ForbiddenReason.Banned);
        (await Assert.ThrowsAsync<ChatForbiddenException>(() => silenced.CompleteAsync(Cancelled))).Reason.Should().Be(ForbiddenReason.Banned);
        (await writer.AbandonAsync(Cancelled)).Should().BeEquivalentTo(new { Text = "good", Writing = (WritingState?)WritingState.Abandoned });
        (await silenced.AbandonAsync(Cancelled))!.Text.Should().Be("good");
        (await Assert.ThrowsAsync<ChatForbiddenException>(() => room.BeginAsync("bot", Cancelled))).Reason.Should().Be(ForbiddenReason.Banned);
        await WriteAsync(application, "allowed");
        (await application.CompleteAsync(Cancelled)).Text.Should().Be("allowed");
    }

    [Fact]
    public virtual async Task A_room_that_is_deleted_has_nothing_left_to_write()
    {
        var chat = new Chat(Store);
        await using var writer = await BeginAsync();
        await WriteAsync(writer, "old");
        await chat.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);

        await Assert.ThrowsAnyAsync<ChatException>(() => WriteAsync(writer, "er"));
        await using var again = await BeginAsync();
        await WriteAsync(again, "new");
        await again.CompleteAsync(Cancelled);

        (await ReadAsync()).Messages.Select(message => message.Text).Should().Equal("new");
    }

    [Fact]
    public virtual async Task Several_messages_are_written_at_once()
    {
        await AppendManyAsync(1);
        await using var log = new WatchLog(OpenStore().WatchAsync(Room, cancellationToken: Cancelled));
        await log.CaughtUpAsync();
        var others = OpenStore();

        var written = await Task.WhenAll(Enumerable.Range(0, 6).Select(async n =>
        {
            await using var writer = await new Chat(n % 2 == 0 ? Store : others).Room(Room).BeginAsync(new NewMessage($"bot{n}", ""), Eager, Cancelled);
            for (var i = 0; i < 20; i++)
            {
                await WriteAsync(writer, $"{n}.{i} ");
            }

            return n == 0 ? (await writer.AbandonAsync(Cancelled))! : await writer.CompleteAsync(Cancelled);
        }));

        await log.UntilAsync(seen => seen.Events.OfType<RoomEvent.WritingEnded>().Count() == 6);
        log.Room.Should().BeEquivalentTo(written);
        foreach (var (message, n) in written.Select((message, n) => (message, n)))
        {
            message.Text.Should().Be(string.Concat(Enumerable.Range(0, 20).Select(i => $"{n}.{i} ")));
            message.Text.Should().StartWith(TextOf(log, message.Id), "the end may overtake the last parts, and has the whole text");
        }
    }

    private Task<MessageWriter> BeginAsync(WritingOptions? options = null) =>
        new Chat(Store).Room(Room).BeginAsync(new NewMessage("bot", ""), options ?? Eager, Cancelled);

    /// <summary>Writes parts, each of which is stored and published by itself.</summary>
    private static async Task WriteAsync(MessageWriter writer, params string[] parts)
    {
        foreach (var part in parts)
        {
            await writer.AppendAsync(part, Cancelled);
            await writer.FlushAsync(Cancelled);
        }
    }
}
