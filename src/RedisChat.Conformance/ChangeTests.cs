using System.Globalization;

namespace RedisChat.Conformance;

/// <summary>Changing and deleting messages.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class ChangeTests(StoreFactory stores) : StoreTests(stores)
{
    [Fact]
    public virtual async Task An_edit_gives_the_message_a_new_text_version_and_time()
    {
        var receipt = await AppendAsync("alice", "helo");

        var change = await EditAsync(receipt.Id, "hello");

        change.Outcome.Should().Be(ChangeOutcome.Edited);
        var message = await Store.GetAsync(Room, receipt.Id, Cancelled);
        message.Should().Be(change.Message);
        message!.Text.Should().Be("hello");
        message.User.Should().Be("alice");
        message.Version.Should().Be(2);
        message.Timestamp.Should().Be(receipt.Timestamp);
        message.EditedAt.Should().BeOnOrAfter(receipt.Timestamp);
    }

    [Fact]
    public virtual async Task An_edit_keeps_what_it_does_not_change()
    {
        var metadata = new Dictionary<string, string> { ["a"] = "1" };
        await Store.AppendAsync(Room, [New("alice", "one") with { Metadata = metadata }], Cancelled);

        await EditAsync(1, "two");
        await EditAsync(1, "three");

        var message = await Store.GetAsync(Room, 1, Cancelled);
        message!.Metadata.Should().BeEquivalentTo(metadata);
        message.Version.Should().Be(3);
        (await ReadAsync(new MessageQuery { User = "alice" })).Messages.Should().ContainSingle();
    }

    [Fact]
    public virtual async Task An_edit_can_replace_the_metadata_and_keeps_a_copy_of_it()
    {
        await Store.AppendAsync(Room, [New("alice", "one") with { Metadata = new Dictionary<string, string> { ["a"] = "1" } }], Cancelled);
        var metadata = new Dictionary<string, string> { ["b"] = "2", ["c"] = "3" };

        var edited = await Store.ChangeAsync(Room, 1, _ => MessageDecision.Edit("two", metadata), Cancelled);
        metadata.Clear();

        edited.Message!.Metadata.Should().BeEquivalentTo(new Dictionary<string, string> { ["b"] = "2", ["c"] = "3" });
        (await Store.GetAsync(Room, 1, Cancelled)).Should().Be(edited.Message);
        (await Store.ChangeAsync(Room, 1, _ => MessageDecision.Edit("three", metadata), Cancelled)).Message!.Metadata.Should().BeEmpty();
        (await Store.GetAsync(Room, 1, Cancelled))!.Metadata.Should().BeEmpty();
    }

    [Fact]
    public virtual async Task A_repeated_edit_of_text_and_metadata_changes_nothing()
    {
        await AppendAsync("alice", "one");
        var chat = new Chat(Store);
        var metadata = new Dictionary<string, string> { ["b"] = "2" };

        var first = await chat.EditAsync(Room, 1, "alice", "two", metadata, Cancelled);
        var again = await chat.EditAsync(Room, 1, "alice", "two", new Dictionary<string, string>(metadata), Cancelled);
        var text = await chat.EditAsync(Room, 1, "alice", "two", Cancelled);

        (first!.Version, first.Metadata["b"]).Should().Be((2, "2"));
        again.Should().Be(first);
        text.Should().Be(first);
        (await chat.EditAsync(Room, 1, "alice", "two", new Dictionary<string, string>(), Cancelled))!.Version.Should().Be(3);
    }

    [Fact]
    public virtual async Task Each_change_raises_the_rooms_revision()
    {
        await AppendManyAsync(2);
        var before = (await ReadAsync()).Position;
        await EditAsync(1, "changed");
        var edited = (await ReadAsync()).Position;
        await DeleteAsync(2);
        var deleted = (await ReadAsync()).Position;

        before.Revision.Should().Be(0);
        edited.Revision.Should().BePositive();
        deleted.Revision.Should().BeGreaterThan(edited.Revision);
        deleted.Should().Be(before with { Revision = deleted.Revision });
    }

    [Fact]
    public async Task Keeping_a_message_changes_nothing()
    {
        await AppendAsync("alice", "hello");
        var before = await ReadAsync();

        var change = await Store.ChangeAsync(Room, 1, _ => MessageDecision.Keep, Cancelled);

        change.Outcome.Should().Be(ChangeOutcome.Unchanged);
        change.Message!.Text.Should().Be("hello");
        (await ReadAsync()).Position.Should().Be(before.Position);
    }

    [Fact]
    public async Task A_change_that_throws_changes_nothing()
    {
        await AppendAsync("alice", "hello");

        var change = async () => await Store.ChangeAsync(Room, 1, _ => throw new InvalidTimeZoneException(), Cancelled);

        await change.Should().ThrowAsync<InvalidTimeZoneException>();
        (await Store.GetAsync(Room, 1, Cancelled))!.Version.Should().Be(1);
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found()
    {
        (await Store.ChangeAsync(Room, 1, _ => MessageDecision.Keep, Cancelled)).Should().Be(new MessageChange(ChangeOutcome.NotFound, null));
        await AppendAsync("alice", "hello");
        (await Store.ChangeAsync(Room, 2, _ => MessageDecision.Delete(), Cancelled)).Outcome.Should().Be(ChangeOutcome.NotFound);
    }

    [Fact]
    public async Task A_deleted_message_is_gone_and_its_id_is_not_used_again()
    {
        await AppendManyAsync(3);

        (await Store.ChangeAsync(Room, 3, _ => MessageDecision.Delete(), Cancelled)).Message!.Text.Should().Be("3");

        (await Store.GetAsync(Room, 3, Cancelled)).Should().BeNull();
        (await ReadAsync()).Messages.Select(message => message.Id).Should().Equal(1, 2);
        (await ReadAsync(new MessageQuery { User = "alice" })).Messages.Select(message => message.Id).Should().Equal(1);
        (await AppendAsync("alice", "next")).Id.Should().Be(4);
    }

    [Fact]
    public async Task Deleting_twice_finds_nothing_the_second_time()
    {
        await AppendAsync("alice", "hello");

        (await DeleteAsync(1)).Should().BeTrue();
        (await DeleteAsync(1)).Should().BeFalse();
    }

    [Fact]
    public async Task Of_concurrent_deletions_one_deletes()
    {
        await AppendAsync("alice", "hello");

        var chat = new Chat(Store);

        var deleted = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => chat.DeleteAsync(Room, 1, "alice", cancellationToken: Cancelled)));

        deleted.Count(did => did).Should().Be(1);
    }

    [Fact]
    public virtual async Task Concurrent_changes_do_not_undo_each_other()
    {
        await AppendAsync("alice", "0");
        var other = OpenStore();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(n => Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                await (n % 2 == 0 ? Store : other).ChangeAsync(Room, 1, Incremented, Cancelled);
            }
        })));

        var message = await Store.GetAsync(Room, 1, Cancelled);
        message!.Text.Should().Be("100");
        message.Version.Should().Be(101);

        static MessageDecision Incremented(Message message) =>
            MessageDecision.Edit((int.Parse(message.Text, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture));
    }
}
