namespace RedisChat.IntegrationTests.Redis.Encryption;

/// <summary>Encryption on Garnet, whose Lua is another one, and on a cluster with the documented rights.</summary>
public sealed class EncryptionOnOtherServersTests(SharedGarnet garnet, SharedCluster cluster)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public Task It_works_on_Garnet() => UseAsync(garnet.Configuration, null);

    [Fact]
    public Task It_works_on_a_cluster() => UseAsync(cluster.Configuration, "chatroom");

    private static async Task UseAsync(string configuration, string? prefix)
    {
        await using var chats = new EncryptedChats(configuration, sealAfter: 1, prefix: prefix);
        var (store, other) = (chats.Open(), chats.NewChat());
        var (chat, id) = (new Chat(store), $"encrypted {Guid.NewGuid():n}");
        var room = chat.Room(id);
        await room.SendManyAsync([.. Enumerable.Range(1, 100).Select(n => new NewMessage("alice", $"{n}"))], Cancelled);
        await other.SendManyAsync(id, [.. Enumerable.Range(101, 80).Select(n => new NewMessage("bob", $"{n}") { IdempotencyKey = $"{n}" })], Cancelled);
        await room.SendAsync("alice", "last", Cancelled);
        await store.SealedAsync();
        await room.EncryptionKeys.RotateAsync(Cancelled);
        await other.EditAsync(id, 1, "alice", "edited", Cancelled);
        await room.SendAsync(new NewMessage("alice", "reply") { ReplyTo = 1 }, Cancelled);
        await room.Thread(1).SendAsync("alice", "in a thread", Cancelled);
        await room.EncryptionKeys.RotateAsync(Cancelled);
        var scheduled = await other.Room(id).Schedule.AddAsync(new NewMessage("alice", "later"), DateTimeOffset.UtcNow.AddDays(1), Cancelled);
        await room.EncryptionKeys.RotateAsync(Cancelled);
        (await other.Room(id).Schedule.ChangeAsync("alice", scheduled.Id, "much later", cancellationToken: Cancelled))!.Message.Text.Should().Be("much later");
        (await room.Schedule.ListAsync("alice", Cancelled)).Single().Message.Text.Should().Be("much later");
        var writer = await room.BeginAsync(new NewMessage("alice", "a"), new WritingOptions { Interval = TimeSpan.Zero }, Cancelled);
        await writer.AppendAsync("b", Cancelled);
        await writer.FlushAsync(Cancelled);
        (await other.ReceiveAsync(id, new MessageQuery { Limit = 1 }, Cancelled)).Messages.Single().Text.Should().Be("ab");
        await writer.CompleteAsync(Cancelled);
        await writer.DisposeAsync();

        var texts = new List<string>();
        await foreach (var message in chats.NewChat().ReceiveAllAsync(id, cancellationToken: Cancelled))
        {
            texts.Add(message.Text);
        }

        texts.Should().Equal(["edited", .. Enumerable.Range(2, 179).Select(n => $"{n}"), "last", "reply", "ab"]);
        (await other.Room(id).Thread(1).ReceiveAsync(cancellationToken: Cancelled)).Messages.Single().Text.Should().Be("in a thread");
        (await room.EncryptionKeys.ShredAsync(Cancelled)).Should().BeTrue();
        (await chats.NewChat().ReceiveAsync(id, cancellationToken: Cancelled)).Messages.Should().BeEmpty();
        (await other.SendAsync(id, new NewMessage("bob", "150") { IdempotencyKey = "150" }, Cancelled)).Should().Match<MessageReceipt>(receipt => receipt.Id == 150 && receipt.IsDuplicate);
        (await Assert.ThrowsAsync<ChatDataException>(() => other.Room(id).Schedule.ChangeAsync("alice", scheduled.Id, "never", cancellationToken: Cancelled))).Field.Should().Be(scheduled.Id);
    }
}
