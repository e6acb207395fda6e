using System.Text;

namespace RedisChat.IntegrationTests.Redis.Erasure;

/// <summary>Erasures and exports by a process that cannot decrypt what others can.</summary>
public sealed class LockedErasureTests : OwnServerTestBase
{
    private const string User = "alice-the-erased";
    private const string Bob = "bob";

    [Theory]
    [InlineData(ErasureMode.Remove)]
    [InlineData(ErasureMode.Anonymize)]
    public async Task A_process_that_lacks_a_master_key_leaves_sealed_history_to_those_that_have_it_and_says_so(ErasureMode mode)
    {
        var (store, chat) = Open();
        for (var sent = 0; sent < 300; sent += 100)
        {
            await chat.SendManyAsync("lobby", [.. Enumerable.Range(sent, 100).Select(n => new NewMessage(n < 128 && n % 2 == 0 ? User : Bob, "hello"))], Cancelled);
        }

        await store.SealedAsync();
        Ring.AddMaster();
        Ring.RemoveFirstMaster();
        var (_, other) = Open();

        (await ExportAsync(other)).Count(line => line.Contains("\"kind\":\"Message\"", StringComparison.Ordinal)).Should().Be(64);
        var refused = await Assert.ThrowsAsync<ChatDataException>(() => other.User(User).EraseAsync(new ErasureOptions { Mode = mode }, cancellationToken: Cancelled));
        refused.Message.Should().Contain("master key").And.Contain("HDEL");
        (await Database.KeyExistsAsync($"chatroom:{{lobby}}:u:{User}")).Should().BeTrue("the messages can still be found");
        await Assert.ThrowsAsync<ChatDataException>(() => other.User("somebody-else").EraseAsync(cancellationToken: Cancelled));

        // This process unwrapped the key before.
        var report = await chat.User(User).EraseAsync(new ErasureOptions { Mode = mode }, cancellationToken: Cancelled);
        report.Messages.Should().Be(64);
        report.Findings!.IsClean.Should().BeTrue();
        (await PageAsync(chat, User)).Should().BeEmpty();
        (await PageAsync(chat, Bob)).Should().HaveCount(236);
    }

    private (RedisMessageStore Store, Chat Chat) Open()
    {
        var store = Open(new RedisStoreOptions { SealAfter = 1, LiveProbeInterval = TimeSpan.FromMilliseconds(100) }, isEncrypted: true);
        return (store, new Chat(store));
    }

    private static async Task<IReadOnlyList<Message>> PageAsync(Chat chat, string user) =>
        (await chat.ReceiveAsync("lobby", new MessageQuery { User = user, After = 0, Limit = 1000 }, Cancelled)).Messages;

    private static async Task<string[]> ExportAsync(Chat chat)
    {
        using var output = new MemoryStream();
        await chat.User(User).ExportAsync(output, Cancelled);
        return Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
