using RedisChat.Tests.Storage;

namespace RedisChat.Tests;

public sealed class ChatTests
{
    private readonly Chat _chat = new(new InMemoryMessageStore());

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sent_message_is_received()
    {
        var receipt = await _chat.SendAsync("lobby", "alice", "hello", Cancelled);

        var page = await _chat.ReceiveAsync("lobby", cancellationToken: Cancelled);

        page.Messages.Should().Equal(new Message { Id = 1, User = "alice", Text = "hello", Timestamp = receipt.Timestamp });
        page.Position.Should().Be(receipt.Position);
    }

    [Fact]
    public async Task A_message_without_its_own_key_is_never_taken_for_a_repetition()
    {
        await _chat.SendAsync("lobby", "alice", "hello", Cancelled);

        (await _chat.SendAsync("lobby", "alice", "hello", Cancelled)).IsDuplicate.Should().BeFalse();
    }

    [Fact]
    public async Task Sending_no_messages_does_nothing() =>
        (await new Chat(new UnusableStore()).SendManyAsync("lobby", [], Cancelled)).Should().BeEmpty();

    [Fact]
    public async Task The_whole_history_is_enumerated_in_order()
    {
        for (var batch = 0; batch < 12; batch++)
        {
            await _chat.SendManyAsync("lobby", [.. Enumerable.Range(0, 100).Select(n => new NewMessage(n % 2 == 0 ? "alice" : "bob", $"{n}"))], Cancelled);
        }

        await _chat.DeleteAsync("lobby", 7, "alice", cancellationToken: Cancelled);

        (await ListAsync(_chat.ReceiveAllAsync("lobby", cancellationToken: Cancelled))).Select(message => message.Id)
            .Should().Equal(Enumerable.Range(1, 1200).Where(id => id != 7).Select(id => (long)id));
        (await ListAsync(_chat.ReceiveAllAsync("lobby", "bob", Cancelled))).Should().HaveCount(600);
    }

    [Fact]
    public async Task Only_the_author_may_edit()
    {
        await _chat.SendAsync("lobby", "alice", "hello", Cancelled);

        var edit = () => _chat.EditAsync("lobby", 1, "bob", "hijacked", Cancelled);

        var error = (await edit.Should().ThrowAsync<ChatForbiddenException>()).Which;
        error.Room.Should().Be("lobby");
        error.Operation.Should().Be(ChatOperations.Edit);
        (await _chat.EditAsync("lobby", 1, "alice", "hi", Cancelled))!.Text.Should().Be("hi");
    }

    [Fact]
    public async Task An_edit_to_the_same_text_changes_nothing()
    {
        await _chat.SendAsync("lobby", "alice", "hello", Cancelled);

        (await _chat.EditAsync("lobby", 1, "alice", "hello", Cancelled))!.Version.Should().Be(1);
    }

    [Fact]
    public async Task Editing_a_missing_message_returns_null() =>
        (await _chat.EditAsync("lobby", 1, "alice", "hello", Cancelled)).Should().BeNull();

    [Fact]
    public async Task Only_the_author_or_a_moderator_may_delete()
    {
        await _chat.SendAsync("lobby", "alice", "hello", Cancelled);

        var delete = () => _chat.DeleteAsync("lobby", 1, "bob", cancellationToken: Cancelled);

        await delete.Should().ThrowAsync<ChatForbiddenException>();
        (await _chat.DeleteAsync("lobby", 1, Actor.Application, cancellationToken: Cancelled)).Should().BeTrue();
        (await _chat.DeleteAsync("lobby", 1, Actor.Application, cancellationToken: Cancelled)).Should().BeFalse();
        (await _chat.DeleteAsync("lobby", 1, Actor.Application, cancellationToken: Cancelled)).Should().BeFalse();
    }

    [Fact]
    public async Task A_room_handle_does_the_same()
    {
        var room = _chat.Room("lobby");
        room.Id.Should().Be("lobby");

        await room.SendAsync("alice", "one", Cancelled);
        await room.SendAsync(new NewMessage("bob", "two"), Cancelled);
        await room.SendManyAsync([new NewMessage("alice", "three")], Cancelled);
        await room.EditAsync(1, "alice", "ONE", Cancelled);
        await room.DeleteAsync(2, "bob", cancellationToken: Cancelled);

        (await room.GetAsync(1, Cancelled))!.Text.Should().Be("ONE");
        (await room.ReceiveAsync(cancellationToken: Cancelled)).Messages.Select(message => message.Text).Should().Equal("ONE", "three");
        (await ListAsync(room.ReceiveAllAsync(cancellationToken: Cancelled))).Should().HaveCount(2);
        (await _chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Should().HaveCount(2);
    }

    [Fact]
    public async Task Unreadable_values_do_not_fail_the_page()
    {
        var chat = new Chat(new PageStore(new MessagePage { Messages = [], Position = default, Unreadable = [new UnreadableMessage(1)] }));

        (await chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Unreadable.Should().Equal(new UnreadableMessage(1));
    }

    [Fact]
    public void A_store_without_servers_does_not_support_inspection()
    {
        IMessageStore store = new InMemoryMessageStore();

        store.GetAbility<IServerInspection>().Should().BeNull();
        var required = () => store.RequireAbility<IServerInspection>("inspection");
        required.Should().Throw<NotSupportedException>().WithMessage("InMemoryMessageStore does not support inspection (IServerInspection).");
    }

    private static async Task<List<Message>> ListAsync(IAsyncEnumerable<Message> messages)
    {
        var list = new List<Message>();
        await foreach (var message in messages)
        {
            list.Add(message);
        }

        return list;
    }
}
