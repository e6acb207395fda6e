using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Threads through crashes of the server: what the room says of a thread is what the thread has.</summary>
public sealed class ThreadFaultTests
{
    private const string Room = "lobby";
    private static readonly string[] Users = ["alice", "bob", "carol", "dora", "erin", "fred"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_kills_with_AOF_always_the_summaries_are_those_of_the_threads()
    {
        await using var server = await SingleServer.StartAsync(SingleServer.AofAlways);
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(server.Configuration), new RedisStoreOptions { SealAfter = 1 });
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
        await chat.SendManyAsync(Room, [new("alice", "one"), new("alice", "two")], Cancelled);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var acknowledged = Users.ToDictionary(user => user, _ => new Sends());
        var busy = Users.Select(user => Task.Run(() => UseAsync(chat, user, acknowledged[user], stop.Token))).ToList();
        await ProgressAsync();
        for (var fault = 0; fault < 2; fault++)
        {
            await server.KillAsync();
            await server.RestartAsync();
            await ProgressAsync();
        }

        await stop.CancelAsync();
        await Task.WhenAll(busy);

        // Another process, which knows nothing yet.
        await using var other = new RedisMessageStore(ConfigurationOptions.Parse(server.Configuration));
        var threads = (await new Chat(other).ReceiveAsync(Room, cancellationToken: Cancelled)).Threads;
        foreach (var id in new long[] { 1, 2 })
        {
            var replies = new List<Message>();
            await foreach (var reply in new Chat(other).Room(Room).Thread(id).ReceiveAllAsync(cancellationToken: Cancelled))
            {
                replies.Add(reply);
            }

            replies.Select(reply => (reply.User, reply.Text)).Should().OnlyHaveUniqueItems();
            acknowledged.SelectMany(user => user.Value.In(id)).Should().BeSubsetOf(replies.Select(reply => reply.Id));
            threads[id].Should().Be(new ThreadSummary
            {
                Count = replies.Count,
                LastReplyId = replies[^1].Id,
                LastReplyAt = replies[^1].Timestamp,
                Participants = [.. Enumerable.Reverse(replies).Select(reply => reply.User).Distinct().Take(ChatLimits.MaxThreadParticipants)],
            });
        }

        async Task ProgressAsync()
        {
            var before = acknowledged.Values.Select(sends => sends.Count).ToList();
            await Poll.UntilAsync(() => Task.FromResult(acknowledged.Values.Zip(before).All(pair => pair.First.Count >= pair.Second + 5)), "every user replies");
        }
    }

    private static async Task UseAsync(Chat chat, string user, Sends acknowledged, CancellationToken stop)
    {
        for (var n = 0; !stop.IsCancellationRequested; n++)
        {
            var message = 1 + (n % 2);
            var thread = chat.Room(Room).Thread(message);
            var id = (await thread.SendAsync(user, $"{n}", Cancelled)).Id;
            if (n % 7 == 3)
            {
                await thread.DeleteAsync(id, Actor.User(user), cancellationToken: Cancelled);
            }
            else
            {
                acknowledged.Add(message, id);
            }
        }
    }

    private sealed class Sends
    {
        private readonly List<(long Message, long Reply)> _sends = [];
        private volatile int _count;

        public int Count => _count;

        public void Add(long message, long reply)
        {
            _sends.Add((message, reply));
            _count++;
        }

        public IEnumerable<long> In(long message) => _sends.Where(send => send.Message == message).Select(send => send.Reply);
    }
}
