namespace RedisChat.Conformance;

/// <summary>Drafts: saved, discarded, and the same on all devices.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class DraftTests(StoreFactory stores) : StoreTests(stores)
{
    private readonly string _alice = InboxTests.NewUser();

    private Chat Chat => new(Store);

    private UserDrafts Drafts => Chat.User(_alice).Drafts;

    /// <summary>Runs a test. A store without drafts overrides this, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task A_draft_is_read_as_it_was_saved_and_replaced_by_the_next() => RunAsync(async () =>
    {
        (await Drafts.GetAsync(Room, Cancelled)).Should().BeNull();
        var metadata = new Dictionary<string, string> { ["replyTo"] = "17", ["ü"] = "\n\"'{}" };

        var first = await Drafts.SaveAsync(Room, "Dear \n\"Bob\" \\ 👩‍👩‍👧", metadata, Cancelled);
        (first.Room, first.Text).Should().Be((Room, "Dear \n\"Bob\" \\ 👩‍👩‍👧"));
        first.Metadata.Should().BeEquivalentTo(metadata);
        (await new Chat(OpenStore()).User(_alice).Drafts.GetAsync(Room, Cancelled)).Should().Be(first);

        var second = await Drafts.SaveAsync(Room, "Hi", cancellationToken: Cancelled);
        second.SavedAt.Should().BeAfter(first.SavedAt);
        second.Metadata.Should().BeEmpty();
        (await Drafts.GetAsync(Room, Cancelled)).Should().Be(second);
    });

    [Fact]
    public Task Drafts_are_listed_the_last_one_saved_first_and_only_their_users() => RunAsync(async () =>
    {
        string[] rooms = [NewRoom(), NewRoom(), "{a}:b " + NewRoom()];
        foreach (var room in rooms)
        {
            await Drafts.SaveAsync(room, "in " + room, cancellationToken: Cancelled);
        }

        await Chat.User(InboxTests.NewUser()).Drafts.SaveAsync(rooms[0], "of another", cancellationToken: Cancelled);
        await Drafts.SaveAsync(rooms[0], "again", cancellationToken: Cancelled);

        (await Drafts.ListAsync(Cancelled)).Select(draft => (draft.Room, draft.Text)).Should()
            .Equal((rooms[0], "again"), (rooms[2], "in " + rooms[2]), (rooms[1], "in " + rooms[1]));
        (await Chat.ReceiveAsync(rooms[0], cancellationToken: Cancelled)).Messages.Should().BeEmpty("a draft is no message");
    });

    [Fact]
    public Task A_draft_is_discarded_once() => RunAsync(async () =>
    {
        (await Drafts.DiscardAsync(Room, Cancelled)).Should().BeFalse();
        await Drafts.SaveAsync(Room, "never mind", cancellationToken: Cancelled);

        var discarded = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Drafts.DiscardAsync(Room, Cancelled)));

        discarded.Should().ContainSingle(wasThere => wasThere);
        (await Drafts.GetAsync(Room, Cancelled)).Should().BeNull();
        (await Drafts.ListAsync(Cancelled)).Should().BeEmpty();
    });

    [Fact]
    public Task The_last_of_concurrent_saves_wins_on_every_device() => RunAsync(async () =>
    {
        var other = new Chat(OpenStore()).User(_alice).Drafts;
        await using var here = Watch(Drafts);
        await using var there = Watch(other);

        var saved = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => (n % 2 == 0 ? Drafts : other).SaveAsync(Room, $"{n}", cancellationToken: Cancelled)));

        saved.Select(draft => draft.SavedAt).Should().OnlyHaveUniqueItems();
        var last = saved.MaxBy(draft => draft.SavedAt);
        (await Drafts.GetAsync(Room, Cancelled)).Should().Be(last);
        await here.UntilAsync(drafts => drafts.GetValueOrDefault(Room) == last);
        await there.UntilAsync(drafts => drafts.GetValueOrDefault(Room) == last);
    });

    [Fact]
    public Task A_device_receives_what_there_is_and_then_each_change() => RunAsync(async () =>
    {
        var (one, two) = (NewRoom(), NewRoom());
        await Drafts.SaveAsync(one, "1", cancellationToken: Cancelled);
        await using var device = Watch(new Chat(OpenStore()).User(_alice).Drafts);
        await device.UntilAsync(drafts => drafts.Count == 1 && drafts[one].Text == "1");

        var saved = await Drafts.SaveAsync(two, "2", new Dictionary<string, string> { ["k"] = "v" }, Cancelled);
        await device.UntilAsync(drafts => drafts.GetValueOrDefault(two) == saved);
        await Drafts.DiscardAsync(one, Cancelled);
        await device.UntilAsync(drafts => drafts.Count == 1);
    });

    [Fact]
    public Task A_revoked_user_receives_no_more_drafts() => RunAsync(async () =>
    {
        var changes = Drafts.WatchAsync(Cancelled).GetAsyncEnumerator(Cancelled);
        await using var ending = changes;
        await Drafts.SaveAsync(Room, "secret", cancellationToken: Cancelled);
        (await changes.MoveNextAsync()).Should().BeTrue();

        var next = changes.MoveNextAsync().AsTask();
        while (!next.IsCompleted)
        {
            // A watch that begins at the same time as a revocation may miss it.
            await Chat.RevokeAsync(_alice, Cancelled);
            await Task.WhenAny(next, Task.Delay(50, Cancelled));
        }

        (await Assert.ThrowsAsync<ChatForbiddenException>(() => next)).Reason.Should().Be(ForbiddenReason.Revoked);
    });

    [Fact]
    public Task Bad_input_is_refused() => RunAsync(async () =>
    {
        await Drafts.GetAsync(Room, Cancelled);
        foreach (var save in new Func<Task>[]
        {
            () => Drafts.SaveAsync("", "text", cancellationToken: Cancelled),
            () => Drafts.SaveAsync(Room, "", cancellationToken: Cancelled),
            () => Drafts.SaveAsync(Room, new string('x', (16 * 1024) + 1), cancellationToken: Cancelled),
            () => Drafts.SaveAsync(Room, "text", new Dictionary<string, string> { [""] = "x" }, Cancelled),
            () => Drafts.GetAsync("\n", Cancelled),
            () => Drafts.DiscardAsync("", Cancelled),
        })
        {
            await Assert.ThrowsAsync<ChatInputException>(save);
        }

        (await Drafts.ListAsync(Cancelled)).Should().BeEmpty();
    });

    [Fact]
    public Task A_user_has_a_limited_number_of_drafts() => RunAsync(async () =>
    {
        var rooms = Enumerable.Range(0, ChatLimits.MaxDrafts).Select(n => $"{Room} {n}").ToList();
        foreach (var part in rooms.Chunk(100))
        {
            await Task.WhenAll(part.Select(room => Drafts.SaveAsync(room, "x", cancellationToken: Cancelled)));
        }

        var error = await Assert.ThrowsAsync<ChatLimitException>(() => Drafts.SaveAsync(Room, "one more", cancellationToken: Cancelled));
        error.Message.Should().Contain("Discard one");
        (await Drafts.SaveAsync(rooms[7], "instead", cancellationToken: Cancelled)).Text.Should().Be("instead");
        (await Drafts.DiscardAsync(rooms[0], Cancelled)).Should().BeTrue();
        await Drafts.SaveAsync(Room, "one more", cancellationToken: Cancelled);
    });

    private static Device Watch(UserDrafts drafts) => new(drafts.WatchAsync(Cancelled));

    /// <summary>A device of the user, with the drafts that it has received.</summary>
    private sealed class Device(IAsyncEnumerable<DraftChange> changes) : IAsyncDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

        private readonly IAsyncEnumerator<DraftChange> _changes = changes.GetAsyncEnumerator(Cancelled);
        private readonly Dictionary<string, Draft> _drafts = [];

        public async Task UntilAsync(Func<IReadOnlyDictionary<string, Draft>, bool> condition)
        {
            while (!condition(_drafts))
            {
                (await _changes.MoveNextAsync().AsTask().WaitAsync(Patience)).Should().BeTrue();
                var (room, now) = _changes.Current;
                now.Should().NotBe(_drafts.GetValueOrDefault(room), "only changes are delivered");
                if (now is null)
                {
                    _drafts.Remove(room);
                }
                else
                {
                    _drafts[room] = now;
                }
            }
        }

        public ValueTask DisposeAsync() => _changes.DisposeAsync();
    }
}
