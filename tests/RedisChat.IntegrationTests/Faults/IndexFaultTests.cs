using System.Globalization;
using RedisChat.Faults;
using RedisChat.Search.Sqlite;
using RedisChat.Tests.Search;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Processes that feed an index are killed: in the end it equals the history all the same.</summary>
public sealed class IndexFaultTests : IDisposable
{
    private static readonly string[] Rooms = ["one", "two", "three"];

    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("redischat-index-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Delete(recursive: true);

    [Fact]
    public async Task Of_feeders_that_are_killed_in_a_row_nothing_is_missing_and_nothing_is_double()
    {
        const int Kills = 10;
        var path = Path.Combine(_files.FullName, "search.db");
        await using var redis = await RedisProcess.StartAsync();
        await using var store = new RedisMessageStore(redis.Configuration);
        using var index = new SqliteMessageIndex(path);
        var chat = new Chat(store, index: index);
        using var end = new CancellationTokenSource();
        var talking = Rooms.Select((room, number) => TalkAsync(chat, room, number, end.Token)).ToArray();
        for (var kill = 0; kill < Kills; kill++)
        {
            var before = await SeenAsync(index);
            await using var worker = await WorkerProcess.StartAsync(new WorkerOptions
            {
                Sends = false,
                Act = WorkerOptions.Index,
                Redis = redis.Configuration,
                Rooms = Rooms,
                Users = [path],
                Log = Path.Combine(_files.FullName, string.Create(CultureInfo.InvariantCulture, $"{kill}.log")),
            });
            await Poll.UntilAsync(async () => await SeenAsync(index) > before + kill, "the worker has indexed more");
            worker.Kill();
        }

        await end.CancelAsync();
        await Task.WhenAll(talking);
        var threads = Rooms.Select(room => new ThreadId(room, 1).RoomId).ToArray();
        await using (new RunningFeeder(chat, Rooms))
        {
            await Poll.UntilAsync(
                async () =>
                {
                    foreach (var room in Rooms.Concat(threads))
                    {
                        var position = (await chat.ReceiveAsync(room, cancellationToken: Cancelled)).Position;
                        if (await index.ReadPositionAsync(room, Cancelled) != (position == RoomPosition.Start ? null : position))
                        {
                            return false;
                        }
                    }

                    return true;
                },
                "the index has caught up");
        }

        foreach (var room in Rooms.Concat(threads))
        {
            var messages = await AllAsync(chat, room);
            var hits = await index.FindAsync(new IndexQuery { Text = "every ", Rooms = [room], Limit = 100_000 }, Cancelled);
            hits.Where(hit => hit.Room == room).Select(hit => hit.MessageId).Should().Equal(messages.Select(message => message.Id).Reverse());
            foreach (var message in messages.Where((_, number) => number % 10 == 0))
            {
                (await index.FindAsync(new IndexQuery { Text = $"{message.Text} ", Limit = 10 }, Cancelled)).Should().ContainSingle().Which.MessageId.Should().Be(message.Id);
            }
        }
    }

    private static async Task<long> SeenAsync(SqliteMessageIndex index)
    {
        long seen = 0;
        foreach (var room in Rooms)
        {
            seen += (await index.ReadPositionAsync(room, Cancelled))?.MessageId ?? 0;
        }

        return seen;
    }

    private static async Task TalkAsync(Chat chat, string room, int seed, CancellationToken end)
    {
        var random = new Random(seed);
        for (var number = 0; !end.IsCancellationRequested; number++)
        {
            var receipt = await chat.SendAsync(room, "alice", $"every {room}x{number}", CancellationToken.None);
            var earlier = random.NextInt64(2, receipt.Id + 2);
            switch (random.Next(4))
            {
                case 0:
                    await chat.EditAsync(room, earlier, Actor.Application, $"every {room}e{number}", CancellationToken.None);
                    break;
                case 1:
                    await chat.DeleteAsync(room, earlier, Actor.Application, cancellationToken: CancellationToken.None);
                    break;
                case 2:
                    await chat.Room(room).Thread(1).SendAsync("bob", $"every {room}t{number}", CancellationToken.None);
                    break;
                default:
                    await Task.Yield();
                    break;
            }
        }
    }

    private static async Task<List<Message>> AllAsync(Chat chat, string room)
    {
        var messages = new List<Message>();
        await foreach (var message in chat.ReceiveAllAsync(room, cancellationToken: Cancelled))
        {
            messages.Add(message);
        }

        return messages;
    }
}
