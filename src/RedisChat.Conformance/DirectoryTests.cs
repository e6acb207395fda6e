namespace RedisChat.Conformance;

/// <summary>The directory: which rooms are listed, in which order, and page by page while others come and go.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class DirectoryTests(StoreFactory stores) : StoreTests(stores)
{
    private Chat Chat => new(Store);

    private RoomDirectory Rooms => Chat.Rooms;

    /// <summary>Runs a test. A store without a directory overrides this, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task Rooms_with_settings_are_listed_and_others_are_not() => RunAsync(async () =>
    {
        await AppendAsync("alice", "hello");
        await Rooms.DirectAsync($"alice {Room}", $"bob {Room}", Cancelled);
        var listed = NewRoom();
        await Rooms.CreateAsync(listed, new RoomAbout { Name = "Listed", Topic = "topic" }, cancellationToken: Cancelled);

        var found = await ListAllAsync(RoomOrder.Name, 10);

        found.Should().Contain(room => room.Id == listed && room.About!.Topic == "topic");
        found.Should().NotContain(room => room.Id == Room || room.About == null);
        await Rooms.RenameAsync(Room, "now with a name", Actor.Application, Cancelled);
        (await ListAllAsync(RoomOrder.Name, 10)).Should().Contain(room => room.Id == Room && room.Messages == 1);
    });

    [Fact]
    public Task Rooms_are_listed_by_name_whatever_the_case_and_by_id_without_a_name() => RunAsync(async () =>
    {
        string[] names = ["alpha", "Beta", "beta two", "Ärger", "zeta", "😀", "ｚ"];
        var ids = new List<string>();
        foreach (var name in names.AsEnumerable().Reverse())
        {
            ids.Insert(0, NewRoom());
            await Rooms.CreateAsync(ids[0], new RoomAbout { Name = name }, cancellationToken: Cancelled);
        }

        var unnamed = $"gamma {Guid.NewGuid():n}";
        await Rooms.CreateAsync(unnamed, RoomAbout.None, cancellationToken: Cancelled);

        var found = (await ListAllAsync(RoomOrder.Name, 3)).Where(room => ids.Contains(room.Id) || room.Id == unnamed);

        found.Select(room => room.About!.Name).Should().Equal("alpha", "Beta", "beta two", "", "zeta", "Ärger", "ｚ", "😀");
    });

    [Fact]
    public Task Many_rooms_of_one_name_are_listed_page_by_page_each_once() => RunAsync(async () =>
    {
        var ids = Enumerable.Range(0, 60).Select(_ => NewRoom()).ToList();
        await Task.WhenAll(ids.Select(id => Rooms.CreateAsync(id, new RoomAbout { Name = "same" }, cancellationToken: Cancelled)));

        foreach (var order in Enum.GetValues<RoomOrder>())
        {
            foreach (var limit in new[] { 1, 7, 1000 })
            {
                (await ListAllAsync(order, limit)).Select(room => room.Id).Where(ids.Contains).Should().OnlyHaveUniqueItems().And.BeEquivalentTo(ids);
            }
        }
    });

    [Fact]
    public Task Rooms_that_stay_are_neither_skipped_nor_repeated_while_others_come_and_go() => RunAsync(async () =>
    {
        var stays = await CreateAsync("stays", 20);
        var goes = await CreateAsync("goes", 10);
        var seen = new List<string>();
        string? cursor = null;
        var round = 0;
        do
        {
            var page = await Rooms.ListAsync(RoomOrder.Name, cursor, 5, Cancelled);
            seen.AddRange(page.Rooms.Select(room => room.Id));
            cursor = page.Cursor;
            if (round < goes.Count)
            {
                await Rooms.DeleteAsync(goes[round], Actor.Application, cancellationToken: Cancelled);
                await Rooms.CreateAsync(NewRoom(), new RoomAbout { Name = $"comes {(round % 2 == 0 ? 'a' : 'z')}" }, cancellationToken: Cancelled);
            }

            round++;
        }
        while (cursor is not null);

        seen.Where(stays.Contains).Should().Equal(stays);

        async Task<List<string>> CreateAsync(string name, int count)
        {
            var ids = new List<string>();
            for (var n = 0; n < count; n++)
            {
                ids.Add(NewRoom());
                await Rooms.CreateAsync(ids[^1], new RoomAbout { Name = $"{name} {n:d3}" }, cancellationToken: Cancelled);
            }

            return ids;
        }
    });

    [Fact]
    public Task A_renamed_room_moves_to_its_new_name() => RunAsync(async () =>
    {
        var other = NewRoom();
        await Rooms.CreateAsync(Room, new RoomAbout { Name = "aaa" }, cancellationToken: Cancelled);
        await Rooms.CreateAsync(other, new RoomAbout { Name = "bbb" }, cancellationToken: Cancelled);

        await Rooms.RenameAsync(Room, "ccc", Actor.Application, Cancelled);

        (await ListAllAsync(RoomOrder.Name, 10)).Select(room => room.Id).Where(id => id == Room || id == other).Should().Equal(other, Room);
    });

    [Fact]
    public Task Renames_at_the_same_time_leave_one_entry() => RunAsync(async () =>
    {
        await Rooms.CreateAsync(Room, new RoomAbout { Name = "first" }, cancellationToken: Cancelled);
        Chat[] chats = [Chat, new(OpenStore())];

        await Task.WhenAll(Enumerable.Range(0, 20).Select(n => chats[n % 2].Rooms.RenameAsync(Room, $"name {n}", Actor.Application, Cancelled)));

        (await ListAllAsync(RoomOrder.Name, 10)).Should().ContainSingle(room => room.Id == Room)
            .Which.About.Should().Be((await Rooms.GetInfoAsync(Room, Cancelled)).About);
    });

    [Fact]
    public Task A_bad_cursor_limit_or_order_is_refused() => RunAsync(async () =>
    {
        for (var n = 0; n < 3; n++)
        {
            await Rooms.CreateAsync(NewRoom(), new RoomAbout { Name = $"{n}" }, cancellationToken: Cancelled);
        }

        var cursor = (await Rooms.ListAsync(RoomOrder.Name, limit: 1, cancellationToken: Cancelled)).Cursor!;
        var byActivity = (await Rooms.ListAsync(RoomOrder.Activity, limit: 1, cancellationToken: Cancelled)).Cursor!;
        foreach (var bad in new[] { "", "x", "n", "nzz", "n0A", "n41", "a0A41", "a41", cursor[..^1], byActivity })
        {
            await Assert.ThrowsAsync<ChatInputException>(() => Rooms.ListAsync(RoomOrder.Name, bad, 1, Cancelled));
        }

        await Assert.ThrowsAsync<ChatInputException>(() => Rooms.ListAsync(RoomOrder.Activity, cursor, 1, Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => Rooms.ListAsync(RoomOrder.Activity, "a0A410A41", 1, Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => Rooms.ListAsync((RoomOrder)7, cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => Rooms.ListAsync(limit: 0, cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => Rooms.ListAsync(limit: 1001, cancellationToken: Cancelled));
    });

    private async Task<List<RoomInfo>> ListAllAsync(RoomOrder order, int limit)
    {
        var found = new List<RoomInfo>();
        string? cursor = null;
        do
        {
            var page = await Rooms.ListAsync(order, cursor, limit, Cancelled);
            page.Rooms.Count.Should().BeLessThanOrEqualTo(limit);
            found.AddRange(page.Rooms);
            cursor = page.Cursor;
        }
        while (cursor is not null);
        return found;
    }
}
