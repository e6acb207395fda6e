namespace RedisChat.Conformance;

/// <summary>Reading pages, of all messages and of one author.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class ReadTests(StoreFactory stores) : StoreTests(stores)
{
    [Fact]
    public async Task A_room_that_does_not_exist_is_empty_and_at_the_start()
    {
        var page = await ReadAsync();

        page.Messages.Should().BeEmpty();
        page.Position.Should().Be(RoomPosition.Start);
        page.HasOlder.Should().BeFalse();
        page.HasNewer.Should().BeFalse();
        page.Unreadable.Should().BeEmpty();
        (await Store.GetAsync(Room, 1, Cancelled)).Should().BeNull();
    }

    [Fact]
    public async Task The_newest_page_is_the_end_of_the_room_oldest_first()
    {
        await AppendManyAsync(260);

        var page = await ReadAsync();

        Ids(page).Should().Equal(Range(211, 260));
        page.HasOlder.Should().BeTrue();
        page.HasNewer.Should().BeFalse();
        page.Position.MessageId.Should().Be(260);
    }

    [Fact]
    public async Task A_page_larger_than_the_room_is_the_whole_room()
    {
        await AppendManyAsync(260);

        var page = await ReadAsync(new MessageQuery { Limit = 1000 });

        Ids(page).Should().Equal(Range(1, 260));
        page.HasOlder.Should().BeFalse();
        page.HasNewer.Should().BeFalse();
    }

    [Fact]
    public async Task A_page_of_exactly_the_room_has_nothing_older()
    {
        await AppendManyAsync(50);

        (await ReadAsync()).HasOlder.Should().BeFalse();
    }

    [Theory]
    [InlineData(130, 10, 120, 129, true)]
    [InlineData(11, 10, 1, 10, false)]
    [InlineData(12, 10, 2, 11, true)]
    [InlineData(5, 10, 1, 4, false)]
    [InlineData(1000, 10, 251, 260, true)]
    public async Task A_page_before_a_message_ends_just_before_it(long before, int limit, long first, long last, bool hasOlder)
    {
        await AppendManyAsync(260);

        var page = await ReadAsync(new MessageQuery { Before = before, Limit = limit });

        Ids(page).Should().Equal(Range(first, last));
        page.HasOlder.Should().Be(hasOlder);
        page.HasNewer.Should().Be(before <= 260);
    }

    [Theory]
    [InlineData(0, 10, 1, 10, true)]
    [InlineData(125, 10, 126, 135, true)]
    [InlineData(250, 10, 251, 260, false)]
    [InlineData(249, 10, 250, 259, true)]
    [InlineData(255, 10, 256, 260, false)]
    public async Task A_page_after_a_message_begins_just_after_it(long after, int limit, long first, long last, bool hasNewer)
    {
        await AppendManyAsync(260);

        var page = await ReadAsync(new MessageQuery { After = after, Limit = limit });

        Ids(page).Should().Equal(Range(first, last));
        page.HasNewer.Should().Be(hasNewer);
        page.HasOlder.Should().Be(after > 0);
    }

    [Fact]
    public async Task After_the_newest_message_there_is_nothing()
    {
        await AppendManyAsync(10);

        var page = await ReadAsync(new MessageQuery { After = 10 });

        page.Messages.Should().BeEmpty();
        page.HasNewer.Should().BeFalse();
        page.HasOlder.Should().BeTrue();
        (await ReadAsync(new MessageQuery { After = 100_000_000 })).Messages.Should().BeEmpty();
    }

    [Theory]
    [InlineData(128, 10, 123, 132, true, true)]
    [InlineData(128, 7, 125, 131, true, true)]
    [InlineData(1, 10, 1, 5, false, true)]
    [InlineData(260, 10, 255, 260, true, false)]
    [InlineData(42, 1, 42, 42, true, true)]
    [InlineData(300, 10, 256, 260, true, false)]
    public async Task A_page_around_a_message_has_half_of_it_before(
        long around, int limit, long first, long last, bool hasOlder, bool hasNewer)
    {
        await AppendManyAsync(260);

        var page = await ReadAsync(new MessageQuery { Around = around, Limit = limit });

        Ids(page).Should().Equal(Range(first, last));
        page.HasOlder.Should().Be(hasOlder);
        page.HasNewer.Should().Be(hasNewer);
    }

    [Fact]
    public async Task Deleted_messages_do_not_thin_out_a_page()
    {
        await AppendManyAsync(60);
        foreach (var id in Range(20, 55))
        {
            await DeleteAsync(id);
        }

        Ids(await ReadAsync(new MessageQuery { Limit = 10 })).Should().Equal([.. Range(15, 19), .. Range(56, 60)]);
        Ids(await ReadAsync(new MessageQuery { After = 16, Limit = 5 })).Should().Equal(17, 18, 19, 56, 57);
        Ids(await ReadAsync(new MessageQuery { Around = 40, Limit = 4 })).Should().Equal(18, 19, 56, 57);
    }

    [Fact]
    public async Task When_all_older_messages_are_deleted_a_page_says_that_there_are_none()
    {
        await AppendManyAsync(20);
        foreach (var id in Range(1, 10))
        {
            await DeleteAsync(id);
        }

        var page = await ReadAsync(new MessageQuery { Limit = 10 });

        Ids(page).Should().Equal(Range(11, 20));
        page.HasOlder.Should().BeFalse();
    }

    [Fact]
    public async Task One_users_messages_are_read_page_by_page()
    {
        await AppendManyAsync(200);

        Ids(await ReadAsync(new MessageQuery { User = "alice", Limit = 3 })).Should().Equal(195, 197, 199);
        Ids(await ReadAsync(new MessageQuery { User = "bob", Before = 100, Limit = 3 })).Should().Equal(94, 96, 98);
        Ids(await ReadAsync(new MessageQuery { User = "bob", Before = 101, Limit = 3 })).Should().Equal(96, 98, 100);
        Ids(await ReadAsync(new MessageQuery { User = "alice", After = 100, Limit = 3 })).Should().Equal(101, 103, 105);
        Ids(await ReadAsync(new MessageQuery { User = "alice", Around = 100, Limit = 4 })).Should().Equal(97, 99, 101, 103);
        var nobody = await ReadAsync(new MessageQuery { User = "carol" });
        nobody.Messages.Should().BeEmpty();
        nobody.Position.MessageId.Should().Be(200);
    }

    [Fact]
    public async Task One_users_pages_leave_out_deleted_messages()
    {
        await AppendManyAsync(40);
        await DeleteAsync(35);
        await DeleteAsync(39);

        var page = await ReadAsync(new MessageQuery { User = "alice", Limit = 3 });

        Ids(page).Should().Equal(31, 33, 37);
        page.HasOlder.Should().BeTrue();
    }

    [Fact]
    public async Task A_page_read_by_another_process_sees_all_that_was_acknowledged()
    {
        var other = OpenStore();
        await AppendManyAsync(10);
        Ids(await other.ReadAsync(Room, new MessageQuery { Limit = 3 }, Cancelled)).Should().Equal(8, 9, 10);
        await AppendManyAsync(300);

        Ids(await other.ReadAsync(Room, new MessageQuery { Limit = 3 }, Cancelled)).Should().Equal(308, 309, 310);
    }

    private static IEnumerable<long> Ids(MessagePage page) => page.Messages.Select(message => message.Id);

    private static IEnumerable<long> Range(long first, long last)
    {
        for (var id = first; id <= last; id++)
        {
            yield return id;
        }
    }
}
