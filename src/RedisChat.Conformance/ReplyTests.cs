using System.Collections.Concurrent;

namespace RedisChat.Conformance;

/// <summary>Replies: only to a message that exists in the step that stores the reply, and pages that bring what is replied to.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class ReplyTests(StoreFactory stores) : StoreTests(stores)
{
    /// <summary>Runs a test. A store without this ability overrides it, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task A_reply_names_its_parent_wherever_it_is_read() => RunAsync(async () =>
    {
        await AppendManyAsync(3);
        var before = await ReadAsync();
        await using var log = new WatchLog(Store.WatchAsync(Room, before.Position), before);
        await log.CaughtUpAsync();

        var reply = await ReplyAsync("bob", "yes", 2);

        reply.Id.Should().Be(4);
        (await Store.GetAsync(Room, 4, Cancelled))!.ReplyTo.Should().Be(2);
        (await ReadAsync()).Messages.Select(message => message.ReplyTo).Should().Equal(null, null, null, 2);
        (await ReadAsync(new MessageQuery { User = "bob" })).Messages[^1].ReplyTo.Should().Be(2);
        await log.ReachesAsync(reply.Position);
        log.Events.OfType<RoomEvent.Created>().Single().Message.ReplyTo.Should().Be(2);
        (await Store.ReadChangesAsync(Room, before.Position, 10, Cancelled)).Events.OfType<RoomEvent.Created>().Single().Message
            .Should().Be(await Store.GetAsync(Room, 4, Cancelled));
    });

    [Fact]
    public Task An_edit_keeps_the_parent() => RunAsync(async () =>
    {
        await AppendManyAsync(1);
        await ReplyAsync("bob", "yes", 1);

        await EditAsync(2, "no");
        await Store.ChangeAsync(Room, 2, _ => MessageDecision.Edit("maybe", new Dictionary<string, string> { ["a"] = "b" }), Cancelled);

        var edited = await Store.GetAsync(Room, 2, Cancelled);
        (edited!.ReplyTo, edited.Version, edited.Text).Should().Be((1, 3, "maybe"));
    });

    [Fact]
    public Task A_reply_to_a_message_that_does_not_exist_is_refused_and_not_stored() => RunAsync(async () =>
    {
        await AppendManyAsync(3);
        await DeleteAsync(2);

        foreach (var parent in new[] { 2, 4, 5, 200, 100_000, ChatLimits.MaxMessageId })
        {
            var refused = await RefusedAsync(() => ReplyAsync("bob", "yes", parent));
            refused.ParentId.Should().Be(parent);
        }

        var page = await ReadAsync();
        page.Messages.Select(message => message.Id).Should().Equal(1, 3);
        (await AppendAsync("alice", "next")).Id.Should().Be(4, "a refused reply takes no id");
    });

    [Fact]
    public Task A_reply_in_a_room_that_does_not_exist_is_refused_and_creates_nothing() => RunAsync(async () =>
    {
        await RefusedAsync(() => ReplyAsync("bob", "yes", 1));

        (await ReadAsync()).Position.Should().Be(RoomPosition.Start);
        (await AppendAsync("alice", "first")).Id.Should().Be(1);
        (await ReplyAsync("bob", "yes", 1)).Id.Should().Be(2);
    });

    [Fact]
    public Task A_batch_with_a_reply_to_a_missing_message_is_refused_as_a_whole() => RunAsync(async () =>
    {
        await AppendManyAsync(2);

        await RefusedAsync(() => SendAsync(New("alice", "a"), Reply("bob", "b", 1), Reply("carol", "c", 3), New("alice", "d")));

        (await ReadAsync()).Messages.Should().HaveCount(2);
        var receipts = await SendAsync(New("alice", "a"), Reply("bob", "b", 1), Reply("carol", "c", 2), Reply("carol", "d", 1));
        receipts.Select(receipt => receipt.Id).Should().Equal(3, 4, 5, 6);
        (await ReadAsync()).Messages.Select(message => message.ReplyTo).Should().Equal(null, null, null, 1, 2, 1);
    });

    [Fact]
    public Task A_reply_to_a_message_of_the_same_batch_is_refused() => RunAsync(async () =>
    {
        await AppendManyAsync(1);

        (await RefusedAsync(() => SendAsync(New("alice", "question"), Reply("bob", "answer", 2)))).ParentId.Should().Be(2);

        (await ReadAsync()).Messages.Should().HaveCount(1);
    });

    [Fact]
    public Task Sends_at_the_same_time_do_not_fail_with_a_refused_reply() => RunAsync(async () =>
    {
        await AppendManyAsync(1);
        var chat = new Chat(Store);

        var sends = Enumerable.Range(0, 200).Select(n => n % 4 == 0
            ? RefusedOrDoneAsync(() => chat.SendAsync(Room, new NewMessage("bob", $"{n}") { ReplyTo = n % 8 == 0 ? 100_000 : 1 }, Cancelled))
            : RefusedOrDoneAsync(() => chat.SendAsync(Room, new NewMessage("alice", $"{n}") { IdempotencyKey = n % 4 == 1 ? $"{n}" : null }, Cancelled))).ToList();
        var outcomes = await Task.WhenAll(sends);

        for (var n = 0; n < outcomes.Length; n++)
        {
            (outcomes[n] is null).Should().Be(n % 8 != 0);
        }

        (await ReadAsync(new MessageQuery { Limit = 1000 })).Messages.Skip(1).Select(message => message.Text)
            .Should().BeEquivalentTo(Enumerable.Range(0, 200).Where(n => n % 8 != 0).Select(n => $"{n}"));
    });

    [Fact]
    public Task A_repeated_reply_is_recognized_even_if_the_parent_was_deleted_since() => RunAsync(async () =>
    {
        await AppendManyAsync(2);
        var first = await SendAsync(Reply("bob", "yes", 1, "key"), Reply("bob", "again", 2, "key2"));
        await DeleteAsync(1);

        var repeated = await SendAsync(Reply("bob", "yes", 1, "key"));
        var batch = await SendAsync(Reply("bob", "yes", 1, "key"), Reply("bob", "again", 2, "key2"), Reply("bob", "new", 2));

        repeated[0].Should().Be(first[0] with { Position = repeated[0].Position, IsDuplicate = true });
        batch.Select(receipt => (receipt.Id, receipt.IsDuplicate)).Should().Equal((3, true), (4, true), (5, false));
        await RefusedAsync(() => SendAsync(Reply("bob", "yes", 1, "key"), Reply("bob", "other", 1)));
        (await new Chat(OpenStore()).FindSentAsync(Room, Reply("bob", "yes", 1, "key"), Cancelled))!.Id.Should().Be(3);
    });

    [Fact]
    public Task A_key_used_for_a_reply_to_another_message_is_a_conflict() => RunAsync(async () =>
    {
        await AppendManyAsync(2);
        await SendAsync(Reply("bob", "yes", 1, "key"));

        await Assert.ThrowsAsync<ChatIdempotencyConflictException>(() => SendAsync(Reply("bob", "yes", 2, "key")));
        await Assert.ThrowsAsync<ChatIdempotencyConflictException>(() => SendAsync(New("bob", "yes", "key")));
        await Assert.ThrowsAsync<ChatIdempotencyConflictException>(() => SendAsync(Reply("bob", "yes", 100, "key")));

        (await ReadAsync()).Messages.Should().HaveCount(3);
    });

    [Fact]
    public Task A_user_without_the_right_to_send_learns_that_and_not_whether_the_parent_exists() => RunAsync(async () =>
    {
        await AppendManyAsync(1);
        var room = new Chat(Store).Room(Room);
        await room.Members.BanAsync("bob", Actor.Application, cancellationToken: Cancelled);

        await Assert.ThrowsAsync<ChatForbiddenException>(() => room.SendAsync(new NewMessage("bob", "yes") { ReplyTo = 5 }, Cancelled));
        await Assert.ThrowsAsync<ChatForbiddenException>(() => room.SendAsync(new NewMessage("bob", "yes") { ReplyTo = 1 }, Cancelled));

        await RefusedAsync(() => room.SendAsync(new NewMessage("alice", "yes") { ReplyTo = 5 }, Cancelled));
        (await room.SendAsync(new NewMessage("bob", "yes") { ReplyTo = 1, IsFromApplication = true }, Cancelled)).Id.Should().Be(2);
        (await room.SendAsync(new NewMessage("alice", "yes") { ReplyTo = 1 }, Cancelled)).Id.Should().Be(3);
    });

    [Fact]
    public Task A_refused_reply_does_not_count_in_slow_mode() => RunAsync(async () =>
    {
        await AppendManyAsync(1);
        var room = new Chat(Store).Room(Room);
        await room.Rules.ChangeAsync(Actor.Application, rules => rules with { SlowMode = TimeSpan.FromHours(1) }, Cancelled);

        await RefusedAsync(() => room.SendAsync(new NewMessage("carol", "yes") { ReplyTo = 5 }, Cancelled));
        await room.SendAsync(new NewMessage("carol", "yes") { ReplyTo = 1 }, Cancelled);

        await Assert.ThrowsAsync<ChatForbiddenException>(() => room.SendAsync(new NewMessage("carol", "yes") { ReplyTo = 1 }, Cancelled));
    });

    [Fact]
    public Task A_page_brings_the_parents_of_its_replies() => RunAsync(async () =>
    {
        await AppendManyAsync(10);
        await ReplyAsync("carol", "on the page", 10);
        await ReplyAsync("carol", "not on the page", 3);
        await ReplyAsync("dave", "to the same", 3);
        await ReplyAsync("dave", "to a reply", 12);
        await ReplyAsync("dave", "to one that is deleted", 5);
        await ReplyAsync("dave", "to one that is edited", 6);
        await DeleteAsync(5);
        await EditAsync(6, "edited");

        var page = await ReadAsync(new MessageQuery { Limit = 7 });

        page.Messages.Select(message => message.Id).Should().Equal(10, 11, 12, 13, 14, 15, 16);
        page.Parents.Keys.Should().BeEquivalentTo([3L, 5L, 6L, 10L, 12L]);
        page.Parents[10].Message.Should().Be(page.Messages[0]);
        page.Parents[12].Message.Should().Be(page.Messages[2]);
        page.Parents[3].Message.Should().Be(await Store.GetAsync(Room, 3, Cancelled));
        page.Parents[6].Message!.Text.Should().Be("edited");
        (page.Parents[5].Message, page.Parents[5].IsDeleted).Should().Be((null, true));
        page.Parents.Where(parent => parent.Value.IsDeleted).Should().ContainSingle();
        (await ReadAsync(new MessageQuery { User = "carol", Limit = 1 })).Parents.Keys.Should().Equal(3);
        (await ReadAsync(new MessageQuery { Before = 11 })).Parents.Should().BeEmpty();
        (await ReadAsync(new MessageQuery { OmitParents = true })).Parents.Should().BeEmpty();
        (await ReadAsync(new MessageQuery { Around = 14, Limit = 2 })).Parents.Keys.Should().BeEquivalentTo([3L, 12L]);
    });

    [Fact]
    public Task Old_messages_are_replied_to_like_new_ones() => RunAsync(async () =>
    {
        await AppendManyAsync(600);
        long[] deleted = [3, 200, .. Enumerable.Range(256, 128).Select(n => (long)n)];
        foreach (var id in deleted)
        {
            await DeleteAsync(id);
        }

        foreach (var parent in new long[] { 1, 2, 127, 128, 255, 400, 511, 512, 600 })
        {
            await ReplyAsync("carol", $"to {parent}", parent);
        }

        await SendAsync([.. Enumerable.Range(4, 20).Select(n => Reply("dave", $"to {n}", n * 5))]);
        foreach (var parent in new long[] { 3, 200, 256, 300, 383 })
        {
            (await RefusedAsync(() => ReplyAsync("carol", "too late", parent))).ParentId.Should().Be(parent);
        }

        await RefusedAsync(() => SendAsync(Reply("dave", "to one that is there", 1), Reply("dave", "to one that is not", 200)));
        await EditAsync(127, "edited");
        await DeleteAsync(128);
        await RefusedAsync(() => ReplyAsync("carol", "too late", 128));
        await ReplyAsync("carol", "to an edited one", 127);

        var page = await ReadAsync(new MessageQuery { Limit = 30 });
        page.Messages.Should().HaveCount(30).And.OnlyContain(message => message.ReplyTo != null);
        page.Parents.Should().HaveCount(29, "two of the replies are to one message");
        page.Parents[127].Message!.Text.Should().Be("edited");
        page.Parents[128].IsDeleted.Should().BeTrue();
        foreach (var (id, parent) in page.Parents)
        {
            parent.Message.Should().Be(await Store.GetAsync(Room, id, Cancelled));
        }
    });

    [Fact]
    public Task Replies_to_an_old_message_are_stored_while_others_there_are_changed() => RunAsync(async () =>
    {
        await AppendManyAsync(600);
        var other = OpenStore();
        var changing = Task.Run(async () =>
        {
            for (var n = 0; n < 30; n++)
            {
                await other.ChangeAsync(Room, 50 + n, _ => n % 2 == 0 ? MessageDecision.Edit("edited") : MessageDecision.Delete(), Cancelled);
            }
        });
        var chat = new Chat(Store);

        var receipts = await Task.WhenAll(Enumerable.Range(0, 30).Select(n => chat.SendAsync(Room, new NewMessage("carol", $"{n}") { ReplyTo = 1 }, Cancelled)));

        await changing;
        receipts.Select(receipt => receipt.Id).Should().BeEquivalentTo(Enumerable.Range(601, 30));
    });

    [Theory]
    [InlineData(20)]
    [InlineData(300)]
    public Task No_reply_is_stored_after_the_parent_was_deleted(int messages) => RunAsync(async () =>
    {
        await AppendManyAsync(messages);
        for (var parent = 1; parent <= 5; parent++)
        {
            await CheckRaceAsync(parent);
        }
    });

    [Fact]
    public Task A_filter_sees_what_is_replied_to_and_cannot_change_it() => RunAsync(async () =>
    {
        await AppendManyAsync(1);
        var filter = new Recording();

        await new Chat(Store, filters: [filter]).SendAsync(Room, new NewMessage("bob", "yes") { ReplyTo = 1, IdempotencyKey = "key" }, Cancelled);

        filter.Seen.Should().Equal(1);
        var stored = await Store.GetAsync(Room, 2, Cancelled);
        (stored!.Text, stored.ReplyTo).Should().Be(("YES", 1));
        (await new Chat(OpenStore()).SendAsync(Room, new NewMessage("bob", "yes") { ReplyTo = 1, IdempotencyKey = "key" }, Cancelled)).IsDuplicate.Should().BeTrue();
    });

    [Fact]
    public Task The_whole_history_has_the_replies() => RunAsync(async () =>
    {
        await AppendManyAsync(3);
        await ReplyAsync("bob", "yes", 2);

        var all = new List<long?>();
        await foreach (var message in new Chat(Store).ReceiveAllAsync(Room, cancellationToken: Cancelled))
        {
            all.Add(message.ReplyTo);
        }

        all.Should().Equal(null, null, null, 2);
    });

    /// <summary>Deletes a message while others reply to it: each reply is stored before the deletion, or refused.</summary>
    private async Task CheckRaceAsync(long parent)
    {
        IMessageStore[] others = [Store, OpenStore(), OpenStore()];
        var stored = new ConcurrentBag<MessageReceipt>();
        using var enough = new SemaphoreSlim(0);
        var senders = Enumerable.Range(0, 9).Select(number => Task.Run(async () =>
        {
            var chat = new Chat(others[number % others.Length]);
            try
            {
                while (true)
                {
                    var message = new NewMessage($"user {number}", "yes") { ReplyTo = parent };
                    stored.Add(number % 2 == 0
                        ? await chat.SendAsync(Room, message, Cancelled)
                        : (await chat.SendManyAsync(Room, [new NewMessage($"user {number}", "look"), message], Cancelled))[1]);
                    enough.Release();

                    // A store in memory never waits, and would leave no thread for the deletion.
                    await Task.Yield();
                }
            }
            catch (ChatParentNotFoundException)
            {
                // The expected end.
            }
        })).ToArray();
        for (var n = 0; n < senders.Length * 3; n++)
        {
            var waiting = enough.WaitAsync(Cancelled);
            await await Task.WhenAny([waiting, .. senders]);
        }

        await DeleteAsync(parent);
        await Task.WhenAll(senders);

        var deletion = (await ReadAsync()).Position.Revision;
        stored.Should().OnlyContain(receipt => receipt.Position.Revision < deletion);
        var replies = new List<long>();
        await foreach (var message in new Chat(Store).ReceiveAllAsync(Room, cancellationToken: Cancelled))
        {
            if (message.ReplyTo == parent)
            {
                replies.Add(message.Id);
            }
        }

        replies.Should().BeEquivalentTo(stored.Select(receipt => receipt.Id), "all acknowledged replies are stored, and no refused one");
    }

    private NewMessage Reply(string user, string text, long parent, string? key = null) => New(user, text, key) with { ReplyTo = parent };

    private async Task<MessageReceipt> ReplyAsync(string user, string text, long parent) => (await SendAsync(Reply(user, text, parent)))[0];

    private async Task<IReadOnlyList<MessageReceipt>> SendAsync(params NewMessage[] messages) => await Store.AppendAsync(Room, messages, Cancelled);

    private static Task<ChatParentNotFoundException> RefusedAsync(Func<Task> send) => Assert.ThrowsAsync<ChatParentNotFoundException>(send);

    private static async Task<ChatParentNotFoundException?> RefusedOrDoneAsync(Func<Task> send)
    {
        try
        {
            await send();
            return null;
        }
        catch (ChatParentNotFoundException refused)
        {
            return refused;
        }
    }

    private sealed class Recording : IMessageFilter
    {
        public ConcurrentQueue<long?> Seen { get; } = [];

        public ValueTask<FilterDecision> FilterAsync(FilteredMessage message, CancellationToken cancellationToken = default)
        {
            Seen.Enqueue(message.ReplyTo);
            return new(FilterDecision.Replace(message.Text.ToUpperInvariant()));
        }
    }
}
