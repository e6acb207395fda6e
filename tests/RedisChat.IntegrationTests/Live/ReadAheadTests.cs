using System.Net;
using RedisChat.Conformance;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Live;

/// <summary>A watcher that catches up reads a message a moment after its change, and may find a later state of it.</summary>
public sealed class ReadAheadTests
{
    private const string First = "https://one.example", Second = "https://two.example";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public Task Link_previews_that_were_read_before_an_edit_are_what_the_message_has_after_it() => ShouldAgreeAsync(
        room => room.Previews.SetAsync(1, [Preview(First)], Cancelled),
        async room =>
        {
            await room.EditAsync(1, "alice", $"now {First} {Second}", Cancelled);
            await room.Previews.SetAsync(1, [Preview(First), Preview(Second)], Cancelled);
        });

    [Fact]
    public Task Link_previews_of_a_link_that_an_edit_has_removed_do_not_come_back() => ShouldAgreeAsync(
        room => room.EditAsync(1, "alice", $"now {First} {Second}", Cancelled),
        async room =>
        {
            await room.Previews.SetAsync(1, [Preview(First), Preview(Second)], Cancelled);
            await room.EditAsync(1, "alice", $"only {First}", Cancelled);
        });

    /// <summary>Changes a message while a watcher that knows of an earlier change is about to read it, and compares what the watcher has then with the store.</summary>
    private static async Task ShouldAgreeAsync(Func<ChatRoom, Task> change, Func<ChatRoom, Task> meanwhile)
    {
        Assert.SkipUnless(RedisProcess.Program is not null, "There is no redis-server.");
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection);
        var room = new Chat(store).Room("lobby");
        await room.SendAsync("alice", $"{First} {Second}", Cancelled);
        var before = await room.ReceiveAsync(cancellationToken: Cancelled);
        await change(room);

        await using var proxy = new HoldingProxy(new IPEndPoint(IPAddress.Loopback, redis.Port), "HMGET", "chatroom:{lobby}:m:0");
        await using var held = await ConnectionMultiplexer.ConnectAsync(proxy.Configure(redis.Configuration));
        await using var watched = new RedisMessageStore(held);
        await using var log = new WatchLog(watched.WatchAsync("lobby", before.Position, Cancelled), before);
        await proxy.Held.WaitAsync(TimeSpan.FromMinutes(1), Cancelled);
        await meanwhile(room);
        proxy.LetGo();

        // The end of all changes.
        await room.SendAsync("bob", "bye", Cancelled);
        await log.UntilAsync(seen => seen.Room.Count == 2);
        log.Room.Should().Equal((await room.ReceiveAsync(cancellationToken: Cancelled)).Messages);
    }

    private static LinkPreview Preview(string address) => new() { Address = address, Title = $"Title of {address}" };

    /// <summary>A proxy that holds a command that reads a key, and what follows on its connection, until it is let go.</summary>
    private sealed class HoldingProxy(EndPoint server, string command, string key) : CommandProxy<ProxyLine>(server)
    {
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completes when it holds one.</summary>
        public Task Held => _held.Task;

        public void LetGo() => _letGo.TrySetResult();

        protected override async ValueTask<bool> PassesAsync(ProxyLine line, RespMessage message)
        {
            if (message.Words[0] == command && message.Words.Contains(key))
            {
                _held.TrySetResult();
                await _letGo.Task.WaitAsync(End);
            }

            return true;
        }
    }
}
