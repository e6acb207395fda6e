using RedisChat.Tests.Storage;

namespace RedisChat.Tests.Messages;

/// <summary>A caller's changes after the call do not affect the send. The store fails once, so the first attempt ends after the change.</summary>
public sealed class MessageSenderTests
{
    private readonly FaultyStore _store = new(new InMemoryMessageStore());
    private readonly Chat _chat;

    public MessageSenderTests()
    {
        _store.Faults.Enqueue(new ChatUnavailableException("Not now."));
        _chat = new Chat(_store, new ChatOptions { MaxMetadataBytes = 4096 });
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Metadata_is_sent_as_it_was_at_the_call(bool wasEmpty)
    {
        var metadata = new Dictionary<string, string>();
        if (!wasEmpty)
        {
            metadata["n"] = "1";
        }

        var expected = new Dictionary<string, string>(metadata);
        var send = _chat.SendAsync("lobby", new NewMessage("alice", "hello") { Metadata = metadata }, Cancelled);
        send.IsCompleted.Should().BeFalse();
        metadata["n"] = "2";
        metadata["large"] = new string('x', 100_000);
        await send;

        (await _chat.GetAsync("lobby", 1, Cancelled))!.Metadata.Should().Equal(expected);
    }

    [Fact]
    public async Task A_list_is_sent_as_it_was_at_the_call()
    {
        var messages = new List<NewMessage> { new("alice", "one"), new("alice", "two"), new("alice", "three") };
        var send = _chat.SendManyAsync("lobby", messages, Cancelled);
        send.IsCompleted.Should().BeFalse();
        messages.Clear();

        (await send).Select(receipt => receipt.Id).Should().Equal(1, 2, 3);
        (await _chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Select(message => message.Text).Should().Equal("one", "two", "three");
    }

    [Fact]
    public async Task A_message_without_metadata_is_not_copied()
    {
        var message = new NewMessage("alice", "hello");

        message.Snapshot().Should().BeSameAs(message);
        (await _chat.SendAsync("lobby", message, Cancelled)).Id.Should().Be(1);
    }
}
