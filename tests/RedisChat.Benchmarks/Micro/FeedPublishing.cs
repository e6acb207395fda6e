using BenchmarkDotNet.Attributes;
using RedisChat.Benchmarks.Texts;

namespace RedisChat.Benchmarks.Micro;

/// <summary>An event to all watchers of a room in this process, and read by each of them.</summary>
public class FeedPublishing
{
    private const int Events = 1000;

    private readonly RoomFeed _feed = new(2 * Events);
    private readonly Message _message = new()
    {
        Id = 1,
        User = "user0001",
        Text = NaturalTexts.Embedded.Messages(seed: 9).First(),
        Timestamp = DateTimeOffset.UnixEpoch,
    };

    private RoomFeedReader[] _readers = [];

    [Params(1, 10, 100)]
    public int Watchers { get; set; }

    [GlobalSetup]
    public void Join() => _readers = [.. Enumerable.Range(0, Watchers).Select(_ => _feed.Join(new Nobody()))];

    [Benchmark(OperationsPerInvoke = Events)]
    public int PublishAndRead()
    {
        var read = 0;
        for (var i = 0; i < Events; i++)
        {
            _feed.Publish(new LiveEvent(new RoomEvent.Created(_message, new RoomPosition(1, 1, 1, 0)), 0));
        }

        foreach (var reader in _readers)
        {
            while (reader.TryRead(RoomPosition.Start, out _, out _, out _))
            {
                read++;
            }
        }

        return read;
    }

    private sealed class Nobody : IThreadPoolWorkItem
    {
        public void Execute()
        {
        }
    }
}
