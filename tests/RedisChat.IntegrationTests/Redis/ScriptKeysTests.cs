using System.Text.RegularExpressions;
using RedisChat.IntegrationTests.Conformance;
using RedisChat.IntegrationTests.Redis.Archive;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Every key that a script touches is among its KEYS, as clusters and some hosted services require.</summary>
public sealed partial class ScriptKeysTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_script_touches_a_key_outside_its_KEYS()
    {
        // MONITOR shows each script call with its KEYS and, marked "lua", every command that the script runs.
        await using var redis = await RedisProcess.StartAsync();
        await using var monitor = await RedisMonitor.StartAsync(redis);
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection, new RedisStoreOptions { SealAfter = null });
        await using var sealing = new RedisMessageStore(connection, new RedisStoreOptions { SealAfter = 1 });
        var chat = new Chat(store);

        await UseEverythingAsync(chat);
        sealing.Seal("lobby");
        await sealing.SealedAsync();
        await chat.EditAsync("lobby", 2, "user0", "changed", Cancelled);
        await chat.DeleteAsync("lobby", 3, "user1", cancellationToken: Cancelled);
        await chat.SendManyAsync("lobby", [new("alice", "old") { ReplyTo = 4 }, new("alice", "new") { ReplyTo = 129 }], Cancelled);
        await UseArchiveAsync(sealing);
        var lines = await monitor.StopAsync(connection);

        var touched = new HashSet<string>();
        HashSet<string> keys = [];
        foreach (var line in lines)
        {
            var words = Word().Matches(line).Select(match => Regex.Unescape(match.Groups[1].Value)).ToList();
            if (words[0].StartsWith("EVAL", StringComparison.OrdinalIgnoreCase))
            {
                keys = [.. words.Skip(3).Take(int.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture))];
            }
            else if (line.Contains(" lua] ", StringComparison.Ordinal) && words[0] != "TIME")
            {
                keys.Should().Contain(words[1], "the script runs {0}", line);
                touched.Add($"{words[0]} {WithoutDigits().Replace(words[1], "0")}");
            }
        }

        touched.Should().Contain("HSET chatroom:{lobby}").And.Contain("HSET chatroom:{lobby}:m:0").And.Contain("APPEND chatroom:{lobby}:u:alice")
            .And.Contain("HSET chatroom:{lobby}:sent:0").And.Contain("ZADD chatroom:{lobby}:changed").And.Contain("HDEL chatroom:{lobby}:m:0")
            .And.Contain("HSET chatroom:{lobby}:sealed").And.Contain("HDEL chatroom:{lobby}:sealed").And.Contain("UNLINK chatroom:{lobby}:m:0")
            .And.Contain("ZADD chatroom:{lobby}:mentions").And.Contain("ZADD chatroom:{lobby}:mentions:bob").And.Contain("ZREM chatroom:{lobby}:mentions:bob")
            .And.Contain("ZREVRANGEBYLEX chatroom:{lobby}:mentions:carol")
            .And.Contain("HSET chatroom:{old}:thawed").And.Contain("HDEL chatroom:{old}:thawed").And.Contain("UNLINK chatroom:{old}:u:alice")
            .And.Contain("HEXISTS chatroom:{lobby}:m:0").And.Contain("HSET chatroom:{lobby}:t:0:m:0").And.Contain("HSET chatroom:{lobby}:threads").And.Contain("HGET chatroom:{lobby}:sealed");
    }

    private static async Task UseEverythingAsync(Chat chat)
    {
        await chat.SendAsync("lobby", "alice", "hello", Cancelled);
        await chat.SendManyAsync("lobby", [.. Enumerable.Range(0, 128).Select(n => new NewMessage($"user{n}", "hello") { IdempotencyKey = "k" })], Cancelled);
        await chat.SendAsync("lobby", new NewMessage("user1", "hello") { IdempotencyKey = "k" }, Cancelled);
        await chat.EditAsync("lobby", 1, "alice", "changed", Cancelled);
        await chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled);
        await chat.ReceiveAsync("lobby", cancellationToken: Cancelled);
        await chat.SendManyAsync("lobby", [.. Enumerable.Range(0, 3).Select(n => new NewMessage("alice", "hello") { IsFromApplication = true, Mentions = [Mention.User("bob"), Mention.Everyone] })], Cancelled);
        await chat.EditAsync("lobby", 130, "alice", new MessageEdit("hello") { Mentions = [Mention.User("carol")] }, Cancelled);
        await chat.DeleteAsync("lobby", 131, "alice", cancellationToken: Cancelled);
        await chat.Room("lobby").DeleteManyAsync(MessageSelection.Of(132), Actor.Application, cancellationToken: Cancelled);
        await chat.Room("lobby").Mentions.ListAsync("carol", cancellationToken: Cancelled);
        await chat.Room("lobby").ReadMarkers.GetUnreadMentionsAsync("carol", Cancelled);
        await UseThreadAsync(chat.Room("lobby").Thread(5));
    }

    private static async Task UseArchiveAsync(RedisMessageStore store)
    {
        var chat = new Chat(store, archive: new MemoryArchive());
        (store.Archiving.Margin, store.Archiving.Rest) = (TimeSpan.Zero, TimeSpan.Zero);
        foreach (var user in new[] { "alice", "bob", "bob", "bob" })
        {
            await chat.SendManyAsync("old", [.. Enumerable.Range(0, 100).Select(_ => new NewMessage(user, "hello"))], Cancelled);
        }

        await store.SealedAsync();
        await ArchivingStores.ArchiveAsync(store, "old");
        await chat.EditAsync("old", 5, "alice", "changed", Cancelled);
        await chat.SendAsync("old", new NewMessage("bob", "a reply") { ReplyTo = 150 }, Cancelled);
        await ArchivingStores.ArchiveAsync(store, "old");
    }

    private static async Task UseThreadAsync(ChatRoom thread)
    {
        await thread.SendManyAsync([new("user2", "a"), new("user3", "b"), new("user2", "c")], Cancelled);
        await thread.Members.JoinAsync("user2", Cancelled);
        await thread.ReadMarkers.MarkReadAsync("user2", 2, Cancelled);
        await thread.EditAsync(1, "user2", "changed", Cancelled);
        await thread.DeleteAsync(3, "user2", cancellationToken: Cancelled);
        await thread.DeleteManyAsync(MessageSelection.Of(2), Actor.Application, cancellationToken: Cancelled);
        await using var present = await thread.Presence.EnterAsync("user2", Cancelled);
        await thread.Presence.TypingAsync("user2", Cancelled);
    }

    [GeneratedRegex("""
        "((?:[^"\\]|\\.)*)"
        """)]
    private static partial Regex Word();

    [GeneratedRegex(@"\d+")]
    private static partial Regex WithoutDigits();
}
