using System.Text;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Writing;

/// <summary>What messages that are written part by part cost, and that rooms without them pay nothing.</summary>
public sealed class WritingCostTests(TestServer server) : IAsyncLifetime
{
    private static readonly WritingOptions Eager = new() { Interval = TimeSpan.Zero, Lease = TimeSpan.FromMinutes(10) };
    private static readonly string[] Script = ["EVALSHA"];

    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private StepProxy _proxy = null!;
    private ConnectionMultiplexer _connection = null!;
    private RedisMessageStore _store = null!;
    private ChatRoom _room = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _proxy = new StepProxy(server.Connection.GetEndPoints()[0], _prefix);
        _connection = await ConnectionMultiplexer.ConnectAsync(_proxy.Configure($"{server.Configuration},asyncTimeout=60000"));
        _store = new RedisMessageStore(_connection, new RedisStoreOptions { KeyPrefix = _prefix });
        _room = new Chat(_store).Room("lobby");

        // The first use of a script on a connection loads it; later uses send only its hash.
        await using var writer = await new Chat(_store).Room("warm up").BeginAsync(new NewMessage("bot", ""), Eager, Cancelled);
        await WriteAsync(writer, "hello");
        await new Chat(_store).Room("warm up").GetAsync(1, Cancelled);
        await writer.CompleteAsync(Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _connection.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    /// <summary>By edits of the whole text, the same answer was 57 times its length, version 101, and 101 entries.</summary>
    [Fact]
    public async Task An_answer_of_4490_characters_in_100_parts_sends_each_process_at_most_one_and_a_half_times_its_length()
    {
        const int Length = 4490, Parts = 100;
        var bytes = 0L;
        var payloads = new List<string>();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var live = await server.Connection.GetSubscriber().SubscribeAsync(RedisChannel.Literal($"{_prefix}:{{lobby}}:live"));
        live.OnMessage(received =>
        {
            var payload = (byte[])received.Message!;
            bytes += payload.Length;
            payloads.Add(Encoding.UTF8.GetString(payload));
            if (payload[0] == 'w')
            {
                ended.SetResult();
            }
        });
        var words = string.Join(' ', Enumerable.Range(1, 2000))[..Length];

        await using var writer = await _room.BeginAsync(new NewMessage("bot", ""), Eager, Cancelled);
        for (var n = 0; n < Parts; n++)
        {
            await WriteAsync(writer, words[(Length * n / Parts)..(Length * (n + 1) / Parts)]);
        }

        var message = await writer.CompleteAsync(Cancelled);
        await ended.Task;

        message.Text.Should().Be(words);
        bytes.Should().BeLessThanOrEqualTo(Length * 3 / 2);
        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes} bytes, {(double)bytes / Length:0.00} times the text. The last event: {payloads[^1]}");
        payloads.Select(payload => payload[0]).Should().Equal([.. "cW", .. Enumerable.Repeat('W', Parts), 'w']);
        message.Version.Should().Be(1);
        (await server.Connection.GetDatabase().SortedSetLengthAsync($"{_prefix}:{{lobby}}:changed")).Should().Be(2, "one for revision 0, and one revision");
        (await _room.ReceiveAsync(cancellationToken: Cancelled)).Position.Revision.Should().BePositive();
    }

    [Fact]
    public async Task A_part_is_one_command_and_a_completion_three()
    {
        await _room.SendAsync("alice", "?", Cancelled);
        MessageWriter writer = null!;
        await _proxy.StepAsync(async () => writer = await _room.BeginAsync(new NewMessage("bot", ""), Eager, Cancelled), Script, Script);
        await using var disposed = writer;

        await _proxy.StepAsync(() => WrittenAsync(writer, "one "), Script);
        await _proxy.StepAsync(() => WrittenAsync(writer, "two "), Script);
        await _proxy.StepAsync(() => writer.CompleteAsync(Cancelled), Script, ["HGET"], Script);
    }

    [Fact]
    public async Task What_is_appended_within_the_interval_is_one_part()
    {
        await using var writer = await _room.BeginAsync(new NewMessage("bot", ""), new WritingOptions { Interval = TimeSpan.FromSeconds(10), Lease = TimeSpan.FromMinutes(10) }, Cancelled);

        await _proxy.StepAsync(
            async () =>
            {
                for (var n = 0; n < 100; n++)
                {
                    await writer.AppendAsync($"{n} ", Cancelled);
                }

                await writer.FlushAsync(Cancelled);
                return true;
            },
            Script);
        (await server.Connection.GetDatabase().HashLengthAsync($"{_prefix}:{{lobby}}:writing")).Should().Be(2);
    }

    [Fact]
    public async Task A_page_with_messages_in_progress_takes_one_more_command_and_one_without_takes_none()
    {
        await _room.SendAsync("alice", "?", Cancelled);
        await _room.ReceiveAsync(cancellationToken: Cancelled);
        await using var one = await _room.BeginAsync(new NewMessage("bot", ""), Eager, Cancelled);
        await using var two = await _room.BeginAsync(new NewMessage("bot", ""), Eager, Cancelled);
        await WriteAsync(one, "1");
        await WriteAsync(two, "2");
        await _room.ReceiveAsync(cancellationToken: Cancelled);

        var page = await _proxy.StepAsync(() => _room.ReceiveAsync(cancellationToken: Cancelled), ["HMGET", "HMGET"], Script);
        page.Messages.Select(message => message.Text).Should().Equal("?", "1", "2");
        await one.CompleteAsync(Cancelled);
        await two.CompleteAsync(Cancelled);

        page = await _proxy.StepAsync(() => _room.ReceiveAsync(cancellationToken: Cancelled), [["HMGET", "HMGET"]]);
        page.Messages.Select(message => message.Text).Should().Equal("?", "1", "2");
    }

    private static async Task<bool> WrittenAsync(MessageWriter writer, string part)
    {
        await WriteAsync(writer, part);
        return true;
    }

    private static async Task WriteAsync(MessageWriter writer, string part)
    {
        await writer.AppendAsync(part, Cancelled);
        await writer.FlushAsync(Cancelled);
    }
}
