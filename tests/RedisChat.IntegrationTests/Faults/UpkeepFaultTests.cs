using System.Collections.Concurrent;
using RedisChat.Search.Sqlite;
using RedisChat.Tests.Search;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Retention, notices of attachments and the feeder of an index run through a fail-over: they go on, and in the end they agree with the history that is there.</summary>
public sealed class UpkeepFaultTests : IDisposable
{
    private const string Room = "lobby";
    private const int Kept = 200;

    private static readonly string[] Users = ["alice", "bob", "carol"];

    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("redischat-failover-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Delete(recursive: true);

    [Fact]
    public async Task After_a_fail_over_by_Sentinel_retention_notices_and_the_index_agree_with_the_history()
    {
        await using var deployment = await SentinelDeployment.StartAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(deployment.Configuration), new RedisStoreOptions { SealAfter = 1 });
        using var index = new SqliteMessageIndex(Path.Combine(_files.FullName, "search.db"));
        var recorder = new Recorder();
        var options = new ChatOptions
        {
            OperationTimeout = TimeSpan.FromMinutes(1),
            Retention = new RetentionPolicy { MaxMessages = Kept },
            Upkeep = { PollInterval = TimeSpan.FromMilliseconds(100), Lease = TimeSpan.FromSeconds(2) },
        };
        var chat = new Chat(store, options, attachments: recorder, index: index);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var upkeep = chat.RunUpkeepAsync(end.Token);
        await using var feeder = new RunningFeeder(chat, Room);

        // The fail-over comes while messages are sent, edited, deleted, trimmed, reported and indexed.
        await using (var talk = new Talk(chat))
        {
            await BeginsAfterAsync(chat, 300);
            await deployment.FailOverAsync();
            await deployment.SyncedAsync();
            await talk.GoesOnAsync();
        }

        var survived = await AllAsync(chat);
        survived.Should().NotBeEmpty();
        await using (new Talk(chat))
        {
            await BeginsAfterAsync(chat, survived[^1].Id);
        }

        // All that was there after the fail-over is gone by now, and reported. What is there is not.
        await Poll.UntilAsync(
            async () => (await ((IMessageStore)store).GetAbility<IAttachmentNoticeStore>()!.ReadNoticesAsync(Room, 1, Cancelled)).Count == 0, "all notices are reported");
        upkeep.IsCompleted.Should().BeFalse();
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upkeep);

        // Nothing trims any more.
        await Poll.UntilAsync(
            async () => await index.ReadPositionAsync(Room, Cancelled) == (await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Position, "the index has caught up");
        var messages = await AllAsync(chat);
        feeder.Running.IsCompleted.Should().BeFalse();
        recorder.Addresses.Should().Contain(survived.SelectMany(AddressesOf)).And.NotIntersectWith(messages.SelectMany(AddressesOf));
        var info = await chat.Rooms.GetInfoAsync(Room, Cancelled);
        info.Messages.Should().Be(messages.Count).And.BeGreaterThanOrEqualTo(Kept);
        var hits = await index.FindAsync(new IndexQuery { Text = "every ", Rooms = [Room], Limit = 100_000 }, Cancelled);
        hits.Select(hit => hit.MessageId).Should().Equal(messages.Select(message => message.Id).Reverse());
        foreach (var message in messages.Where((_, number) => number % 10 == 0))
        {
            (await index.FindAsync(new IndexQuery { Text = $"{message.Text} ", Limit = 10 }, Cancelled)).Should().ContainSingle().Which.MessageId.Should().Be(message.Id);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{info.LastMessageId} ids, of which {survived.Count} were there after the fail-over and {messages.Count} are at the end; {recorder.Addresses.Count} reports.");
    }

    /// <summary>Waits until the history begins after an id.</summary>
    private static Task BeginsAfterAsync(Chat chat, long id) => Poll.UntilAsync(
        async () => (await chat.ReceiveAsync(Room, new MessageQuery(1) { After = 0 }, Cancelled)).Messages is [var oldest] && oldest.Id > id, "the history is trimmed");

    private static IEnumerable<string> AddressesOf(Message message) => message.Attachments.Select(attachment => attachment.Address);

    private static async Task<List<Message>> AllAsync(Chat chat)
    {
        var messages = new List<Message>();
        await foreach (var message in chat.ReceiveAllAsync(Room, cancellationToken: Cancelled))
        {
            messages.Add(message);
        }

        return messages;
    }

    /// <summary>Users who send, edit and delete until this is disposed.</summary>
    private sealed class Talk : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        private readonly int[] _steps = new int[Users.Length];
        private readonly Task[] _talking;

        public Talk(Chat chat) => _talking = [.. Users.Select((user, number) => Task.Run(() => TalkAsync(chat.Room(Room), user, number)))];

        /// <summary>Waits until every user has done some more.</summary>
        public async Task GoesOnAsync()
        {
            var before = _steps.ToArray();
            await Poll.UntilAsync(() => Task.FromResult(_steps.Zip(before).All(pair => pair.First > pair.Second + 20)), "every user goes on");
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await Task.WhenAll(_talking);
            _end.Dispose();
        }

        private async Task TalkAsync(ChatRoom room, string user, int number)
        {
            while (!_end.IsCancellationRequested)
            {
                var name = $"x{Guid.NewGuid():n}";
                var step = ++_steps[number];
                var id = (await room.SendAsync(New(user, name, step), Cancelled)).Id;
                switch (step % 6)
                {
                    case 0:
                        await room.DeleteAsync(Math.Max(1, id - 4), Actor.Application, cancellationToken: Cancelled);
                        break;
                    case 1:
                        // It loses its attachments, if it has any.
                        await room.EditAsync(Math.Max(1, id - 3), Actor.Application, new MessageEdit($"every e{name}") { Attachments = [] }, Cancelled);
                        break;
                }
            }
        }

        private static NewMessage New(string user, string name, int step) => new(user, $"every {name}")
        {
            Attachments = step % 3 == 0 ? [new Attachment { Kind = "file", Name = "a", MediaType = "text/plain", Size = 1, Address = name }] : [],
        };
    }

    private sealed class Recorder : IAttachmentStore
    {
        private readonly ConcurrentDictionary<string, bool> _addresses = new();

        public ICollection<string> Addresses => _addresses.Keys;

        public ValueTask ReleasedAsync(IReadOnlyList<ReleasedAttachment> attachments, CancellationToken cancellationToken = default)
        {
            foreach (var released in attachments)
            {
                _addresses[released.Attachment.Address] = true;
            }

            return default;
        }
    }
}
