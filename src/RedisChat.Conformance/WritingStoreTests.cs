using static RedisChat.Conformance.WritingLog;

namespace RedisChat.Conformance;

/// <summary>Messages that are written part by part, as a store keeps them below the writer: leases, parts that come twice or not at all, and one end.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class WritingStoreTests(StoreFactory stores) : StoreTests(stores)
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private IWritingStore Writing => Of(Store);

    [Fact]
    public virtual async Task A_message_whose_writer_is_gone_is_abandoned_once_for_those_who_watch()
    {
        await AppendManyAsync(1);
        await using var here = new WatchLog(Store.WatchAsync(Room, cancellationToken: Cancelled));
        await using var there = new WatchLog(OpenStore().WatchAsync(Room, cancellationToken: Cancelled));
        await here.CaughtUpAsync();
        await there.CaughtUpAsync();
        var receipt = await Writing.BeginWritingAsync(Room, New("bot", "I "), "w1", Long, Cancelled);
        await Writing.AppendPartAsync(Room, receipt.Id, Part("w1", 2, "think", Short), Cancelled);

        await here.UntilAsync(HasEnded);
        await there.UntilAsync(HasEnded);

        var message = (await Store.GetAsync(Room, 2, Cancelled))!;
        message.Should().BeEquivalentTo(new { Text = "I think", Writing = (WritingState?)WritingState.Abandoned });
        await AppendAsync("alice", "next");
        foreach (var log in new[] { here, there })
        {
            await log.UntilAsync(seen => seen.CreatedIds.Contains(3));
            log.Events.OfType<RoomEvent.WritingEnded>().Should().ContainSingle().Which.Message.Should().Be(message);
            "I think".Should().StartWith(TextOf(log, 2));
        }

        await Assert.ThrowsAsync<ChatWritingException>(() => Writing.AppendPartAsync(Room, 2, Part("w1", 7, "…", Short), Cancelled).AsTask());
        await Assert.ThrowsAsync<ChatWritingException>(() => Writing.EndWritingAsync(Room, 2, "w1", "I think…", "bot", Cancelled).AsTask());
    }

    [Fact]
    public virtual async Task A_message_whose_writer_is_gone_is_abandoned_for_those_who_read()
    {
        var receipt = await Writing.BeginWritingAsync(Room, New("bot", ""), "w1", Long, Cancelled);
        var position = (await ReadAsync()).Position;
        await Writing.AppendPartAsync(Room, receipt.Id, Part("w1", 0, "…", Short), Cancelled);
        var others = OpenStore();

        // Nothing reports that time has passed, so this looks until it has.
        while ((await ReadAsync()).Messages.Single().Writing == WritingState.InProgress)
        {
            await Task.Delay(50, Cancelled);
        }

        var message = (await ReadAsync()).Messages.Single();
        message.Should().BeEquivalentTo(new { Text = "…", Writing = (WritingState?)WritingState.Abandoned });
        (await others.GetAsync(Room, 1, Cancelled)).Should().Be(message);
        (await others.ReadChangesAsync(Room, position, 100, Cancelled)).Events.Select(Words).Should().Equal("ended 1 … Abandoned");
    }

    [Fact]
    public virtual async Task Each_part_renews_the_lease()
    {
        var renewed = await RenewedAsync();
        var other = (await Writing.BeginWritingAsync(Room, New("bot", ""), "w2", Short, Cancelled)).Id;

        // Once the later one has run out, so has the first lease of the earlier one.
        while ((await Store.GetAsync(Room, other, Cancelled))!.Writing == WritingState.InProgress)
        {
            await Task.Delay(50, Cancelled);
        }

        (await Store.GetAsync(Room, renewed, Cancelled))!.Writing.Should().Be(WritingState.InProgress);
        (await Writing.EndWritingAsync(Room, renewed, "w1", "done", "bot", Cancelled))!.Text.Should().Be("done");

        async Task<long> RenewedAsync()
        {
            while (true)
            {
                var begun = (await Writing.BeginWritingAsync(Room, New("bot", ""), "w1", Short, Cancelled)).Id;
                try
                {
                    await Writing.AppendPartAsync(Room, begun, Part("w1", 0, "", Long), Cancelled);
                    return begun;
                }
                catch (ChatWritingException)
                {
                    // It came too late.
                }
            }
        }
    }

    [Fact]
    public virtual async Task A_part_that_is_repeated_is_stored_once_and_a_lost_one_is_noticed()
    {
        var id = (await Writing.BeginWritingAsync(Room, New("bot", "é"), "w1", Long, Cancelled)).Id;
        await using var log = new WatchLog(Store.WatchAsync(Room, cancellationToken: Cancelled));
        await log.CaughtUpAsync();

        (await Writing.AppendPartAsync(Room, id, Part("w1", 2, "", Long), Cancelled)).Should().Be(2);
        (await Writing.AppendPartAsync(Room, id, Part("w1", 2, "ü", Long), Cancelled)).Should().Be(4);
        (await Writing.AppendPartAsync(Room, id, Part("w1", 2, "ü", Long), Cancelled)).Should().Be(4);
        (await Writing.AppendPartAsync(Room, id, Part("w1", 2, "ü and", Long), Cancelled)).Should().Be(8);
        (await Writing.AppendPartAsync(Room, id, Part("w1", 11, "so on", Long), Cancelled)).Should().Be(8);
        (await Writing.AppendPartAsync(Room, id, Part("w1", 8, " so on", Long), Cancelled)).Should().Be(14);
        await Assert.ThrowsAsync<ChatWritingException>(() => Writing.AppendPartAsync(Room, id, Part("w2", 14, "!", Long), Cancelled).AsTask());
        await Assert.ThrowsAsync<ChatWritingException>(() => Writing.AppendPartAsync(Room, id + 1, Part("w1", 14, "!", Long), Cancelled).AsTask());
        await Assert.ThrowsAsync<ChatWritingException>(() => Writing.AppendPartAsync(NewRoom(), id, Part("w1", 14, "!", Long), Cancelled).AsTask());

        (await Store.GetAsync(Room, id, Cancelled))!.Text.Should().Be("éü and so on");
        await Writing.EndWritingAsync(Room, id, "w1", "éü and so on", "bot", Cancelled);
        await log.UntilAsync(HasEnded);
        "éü and so on".Should().StartWith(TextOf(log, id));
        log.Room.Single(message => message.Id == id).Text.Should().Be("éü and so on");
    }

    [Fact]
    public virtual async Task A_message_ends_once_however_many_end_it()
    {
        var id = (await Writing.BeginWritingAsync(Room, New("bot", ""), "w1", Long, Cancelled)).Id;
        await Writing.AppendPartAsync(Room, id, Part("w1", 0, "text", Long), Cancelled);
        await using var log = new WatchLog(Store.WatchAsync(Room, cancellationToken: Cancelled));
        await log.CaughtUpAsync();
        var others = Of(OpenStore());
        await Assert.ThrowsAsync<ChatWritingException>(() => Writing.EndWritingAsync(Room, id, "w2", "theft", "bot", Cancelled).AsTask());

        var ended = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => (n % 2 == 0 ? Writing : others).EndWritingAsync(Room, id, "w1", "text", "bot", Cancelled).AsTask()));
        await Writing.EndWritingAsync(Room, id, "w1", null, Actor.Application, Cancelled);
        await AppendAsync("alice", "next");

        ended.Should().OnlyContain(message => message!.Text == "text" && message.Writing == null);
        await log.UntilAsync(seen => seen.CreatedIds.Contains(2));
        log.Events.OfType<RoomEvent.WritingEnded>().Should().ContainSingle();
        (await Store.GetAsync(Room, id, Cancelled))!.Writing.Should().BeNull();
    }

    private static IWritingStore Of(IMessageStore store) =>
        store.GetAbility(typeof(IWritingStore)) as IWritingStore
        ?? throw new NotSupportedException($"{store.GetType().Name} does not support messages that are written part by part.");

    private static WrittenPart Part(string writer, long offset, string text, TimeSpan lease) => new() { Writer = writer, Offset = offset, Text = text, Lease = lease, By = "bot" };
}
