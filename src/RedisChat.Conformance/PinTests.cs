namespace RedisChat.Conformance;

/// <summary>Pins: ordered, limited, live and when catching up, by those who may, and gone with their message.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class PinTests(StoreFactory stores) : StoreTests(stores)
{
    private static readonly Actor App = Actor.Application;

    private RoomPins Pins => Of(Store);

    [Fact]
    public virtual async Task Pinned_messages_are_listed_with_their_present_state_the_most_recent_pin_first()
    {
        await AppendManyAsync(5);
        (await Pins.PinAsync(4, App, Cancelled)).Should().BeTrue();
        (await Pins.PinAsync(2, App, Cancelled)).Should().BeTrue();
        (await Pins.PinAsync(5, App, Cancelled)).Should().BeTrue();
        await EditAsync(2, "edited");

        var pins = await Pins.ListAsync(Cancelled);

        pins.Select(pin => pin.MessageId).Should().Equal(5, 2, 4);
        pins.Select(pin => pin.Message!.Id).Should().Equal(5, 2, 4);
        pins[1].Message!.Text.Should().Be("edited");
        pins.Select(pin => pin.PinnedAt).Should().BeInDescendingOrder().And.OnlyHaveUniqueItems();
        pins.Should().OnlyContain(pin => pin.By == null);
    }

    [Fact]
    public virtual async Task A_room_without_pins_and_one_that_does_not_exist_list_none()
    {
        await AppendManyAsync(1);
        (await Pins.ListAsync(Cancelled)).Should().BeEmpty();
        (await Of(Store, NewRoom()).ListAsync(Cancelled)).Should().BeEmpty();
    }

    [Fact]
    public virtual async Task Pinning_again_and_unpinning_what_is_not_pinned_change_nothing()
    {
        await AppendManyAsync(2);
        await Pins.PinAsync(1, App, Cancelled);
        await Pins.PinAsync(2, App, Cancelled);
        await Pins.UnpinAsync(2, App, Cancelled);
        var before = (await ReadAsync()).Position;
        var pins = await Pins.ListAsync(Cancelled);

        (await Pins.PinAsync(1, App, Cancelled)).Should().BeTrue();
        await Pins.UnpinAsync(2, App, Cancelled);
        await Pins.UnpinAsync(3, App, Cancelled);

        (await ReadAsync()).Position.Should().Be(before);
        (await Pins.ListAsync(Cancelled)).Should().Equal(pins);
    }

    [Fact]
    public virtual async Task A_message_that_is_not_there_cannot_be_pinned()
    {
        await AppendManyAsync(2);
        await DeleteAsync(2);
        var before = (await ReadAsync()).Position;

        (await Pins.PinAsync(2, App, Cancelled)).Should().BeFalse();
        (await Pins.PinAsync(3, App, Cancelled)).Should().BeFalse();
        (await Of(Store, NewRoom()).PinAsync(1, App, Cancelled)).Should().BeFalse();

        (await Pins.ListAsync(Cancelled)).Should().BeEmpty();
        (await ReadAsync()).Position.Should().Be(before);
    }

    [Fact]
    public virtual async Task Deleting_a_message_removes_its_pin_and_no_other()
    {
        await AppendManyAsync(12);
        await Pins.PinAsync(1, App, Cancelled);
        await Pins.PinAsync(12, App, Cancelled);

        await DeleteAsync(1);

        (await Pins.ListAsync(Cancelled)).Should().ContainSingle().Which.MessageId.Should().Be(12);
    }

    [Fact]
    public virtual async Task A_pin_is_no_edit()
    {
        await AppendManyAsync(1);
        var before = (await ReadAsync()).Messages.Single();

        await Pins.PinAsync(1, App, Cancelled);

        (await ReadAsync()).Messages.Should().Equal(before);
        (await Pins.ListAsync(Cancelled)).Single().Message.Should().Be(before);
    }

    [Fact]
    public virtual async Task Old_messages_are_pinned_like_new_ones()
    {
        await AppendManyAsync(500);
        await SettledAsync();
        (await Pins.PinAsync(5, App, Cancelled)).Should().BeTrue();
        (await Pins.PinAsync(499, App, Cancelled)).Should().BeTrue();
        (await Pins.PinAsync(130, App, Cancelled)).Should().BeTrue();
        await DeleteAsync(6);
        (await Pins.PinAsync(6, App, Cancelled)).Should().BeFalse();

        (await Pins.ListAsync(Cancelled)).Select(pin => pin.Message!.Id).Should().Equal(130, 499, 5);
        await DeleteAsync(5);
        await Pins.UnpinAsync(130, App, Cancelled);
        (await Pins.ListAsync(Cancelled)).Select(pin => pin.Message!.Id).Should().Equal(499);
    }

    [Fact]
    public virtual async Task A_pin_too_many_is_refused_until_one_is_unpinned()
    {
        await AppendManyAsync(ChatLimits.MaxPins + 1);
        for (var id = 1; id <= ChatLimits.MaxPins; id++)
        {
            await Pins.PinAsync(id, App, Cancelled);
        }

        var before = (await ReadAsync()).Position;

        var error = await Assert.ThrowsAsync<ChatLimitException>(() => Pins.PinAsync(ChatLimits.MaxPins + 1, App, Cancelled));

        error.Message.Should().Contain("Unpin one first");
        (await ReadAsync()).Position.Should().Be(before);
        (await Pins.PinAsync(7, App, Cancelled)).Should().BeTrue("it is pinned already");
        await Pins.UnpinAsync(7, App, Cancelled);
        (await Pins.PinAsync(ChatLimits.MaxPins + 1, App, Cancelled)).Should().BeTrue();
        (await Pins.ListAsync(Cancelled)).Should().HaveCount(ChatLimits.MaxPins);
    }

    [Fact]
    public virtual async Task Pins_at_once_neither_exceed_the_limit_nor_get_lost()
    {
        await AppendManyAsync(ChatLimits.MaxPins + 30);
        var others = Of(OpenStore());

        var pinned = await Task.WhenAll(Enumerable.Range(1, ChatLimits.MaxPins + 30).Select(async id =>
        {
            try
            {
                await (id % 2 == 0 ? Pins : others).PinAsync(id, App, Cancelled);
                return id;
            }
            catch (ChatLimitException)
            {
                return 0L;
            }
        }));

        pinned.Where(id => id > 0).Should().HaveCount(ChatLimits.MaxPins);
        (await Pins.ListAsync(Cancelled)).Select(pin => pin.MessageId).Should().BeEquivalentTo(pinned.Where(id => id > 0));
    }

    [Fact]
    public virtual async Task Pinning_takes_the_right_which_is_checked_in_the_same_step()
    {
        await AppendManyAsync(3);
        var members = new Chat(Store).Room(Room).Members;
        await Pins.UnpinAsync(1, App, Cancelled);
        await RefusedAsync("alice", ForbiddenReason.NotMember);
        await members.SetRoleAsync("olga", RoomRole.Owner, App, cancellationToken: Cancelled);
        await members.SetRoleAsync("mia", RoomRole.Moderator, "olga", cancellationToken: Cancelled);
        await members.SetRoleAsync("alice", RoomRole.Member, "olga", cancellationToken: Cancelled);

        (await Pins.PinAsync(1, "mia", Cancelled)).Should().BeTrue();
        (await Pins.PinAsync(2, "olga", Cancelled)).Should().BeTrue();

        await RefusedAsync("alice", ForbiddenReason.NotPermitted);
        await RefusedAsync("nobody", ForbiddenReason.NotMember);
        (await Pins.ListAsync(Cancelled)).Select(pin => (pin.MessageId, pin.By)).Should().Equal((2, "olga"), (1, "mia"));
        await Pins.UnpinAsync(2, "mia", Cancelled);
        await members.BanAsync("mia", "olga", cancellationToken: Cancelled);
        await RefusedAsync("mia", ForbiddenReason.Banned);
        (await Pins.ListAsync(Cancelled)).Select(pin => pin.MessageId).Should().Equal(1);

        async Task RefusedAsync(string user, ForbiddenReason reason)
        {
            (await Assert.ThrowsAsync<ChatForbiddenException>(() => Pins.PinAsync(3, user, Cancelled))).Reason.Should().Be(reason);
            (await Assert.ThrowsAsync<ChatForbiddenException>(() => Pins.PinAsync(1, user, Cancelled))).Reason.Should().Be(reason);
            (await Assert.ThrowsAsync<ChatForbiddenException>(() => Pins.UnpinAsync(1, user, Cancelled))).Reason.Should().Be(reason);
            (await Assert.ThrowsAsync<ChatForbiddenException>(() => Pins.UnpinAsync(3, user, Cancelled))).Reason.Should().Be(reason);
        }
    }

    [Fact]
    public virtual async Task A_watcher_receives_each_pin_once()
    {
        await AppendManyAsync(2);
        var members = new Chat(Store).Room(Room).Members;
        await members.SetRoleAsync("olga", RoomRole.Owner, App, cancellationToken: Cancelled);
        await using var log = new WatchLog(Store.WatchAsync(Room, cancellationToken: Cancelled));
        await log.CaughtUpAsync();

        await Pins.PinAsync(1, "olga", Cancelled);
        await Pins.PinAsync(1, "olga", Cancelled);
        await ReachesAsync(log);
        await Pins.PinAsync(2, App, Cancelled);
        await ReachesAsync(log);
        await Pins.UnpinAsync(1, "olga", Cancelled);
        await Pins.UnpinAsync(1, "olga", Cancelled);
        await ReachesAsync(log);
        await DeleteAsync(2);
        await ReachesAsync(log);
        await AppendAsync("alice", "next");

        await log.UntilAsync(seen => seen.CreatedIds.Any());
        log.Events.Where(happened => happened is RoomEvent.Pinned or RoomEvent.Unpinned or RoomEvent.Deleted).Select(Words)
            .Should().Equal("pinned 1 olga", "pinned 2 ", "unpinned 1 olga", "deleted 2");
        log.Events.Should().NotContain(happened => happened is RoomEvent.Gap);
        log.Events.OfType<RoomEvent.Pinned>().Should().OnlyContain(pinned => pinned.PinnedAt > DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public virtual async Task Catching_up_delivers_the_present_state_of_each_message_once()
    {
        await AppendManyAsync(5);
        await Pins.PinAsync(1, App, Cancelled);
        await Pins.PinAsync(2, App, Cancelled);
        var position = (await ReadAsync()).Position;
        await Pins.UnpinAsync(1, App, Cancelled);
        await Pins.PinAsync(1, App, Cancelled);
        await Pins.UnpinAsync(2, App, Cancelled);
        await Pins.PinAsync(3, App, Cancelled);
        await Pins.PinAsync(4, App, Cancelled);
        await DeleteAsync(4);
        await AppendManyAsync(2);
        await Pins.PinAsync(6, App, Cancelled);

        var changes = await Store.ReadChangesAsync(Room, position, 100, Cancelled);

        changes.Events.Select(Words).Should().BeEquivalentTo("pinned 1 ", "unpinned 2 ", "pinned 3 ", "deleted 4", "pinned 6 ", "created 6", "created 7");
        changes.Position.Should().Be((await ReadAsync()).Position);
        (await Store.ReadChangesAsync(Room, changes.Position, 100, Cancelled)).Events.Should().BeEmpty();
    }

    [Fact]
    public virtual async Task A_reader_that_starts_at_the_beginning_receives_the_pins_that_are_left()
    {
        await AppendManyAsync(3);
        await Pins.PinAsync(1, App, Cancelled);
        await Pins.PinAsync(2, App, Cancelled);
        await Pins.UnpinAsync(1, App, Cancelled);

        var changes = await Store.ReadChangesAsync(Room, RoomPosition.Start, 100, Cancelled);

        changes.Events.Select(Words).Should().Equal("created 1", "pinned 2 ", "created 2", "created 3");
    }

    private RoomPins Of(IMessageStore store, string? room = null) => new Chat(store).Room(room ?? Room).Pins;

    private static string Words(RoomEvent happened) => happened switch
    {
        RoomEvent.Pinned pinned => $"pinned {pinned.MessageId} {pinned.By}",
        RoomEvent.Unpinned unpinned => $"unpinned {unpinned.MessageId} {unpinned.By}",
        RoomEvent.Deleted deleted => $"deleted {deleted.MessageId}",
        RoomEvent.Created created => $"created {created.Message.Id}",
        _ => happened.GetType().Name,
    };
}
