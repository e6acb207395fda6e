using System.Collections.Concurrent;
using System.Net;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Upkeep;

/// <summary>A room is added to those that need work before the write that makes it necessary. Whatever comes in between, the work is found.</summary>
public sealed class UpkeepIndexRaceTests
{
    private const string Room = "lobby";

    private static readonly string[] Read = ["HGET"];
    private static readonly string[] Script = ["EVALSHA"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_entry_is_not_removed_by_a_visit_before_the_write_that_it_announces()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var proxy = new StepProxy(new IPEndPoint(IPAddress.Loopback, redis.Port), "chatroom:");
        await using var slow = await ConnectionMultiplexer.ConnectAsync($"{proxy.EndPoint},asyncTimeout=60000");
        var recorder = new Recorder();
        var deleting = await BegunAsync(slow);
        await using var upkeep = new Running(connection, recorder);
        await IsIdleAsync(connection, recorder);
        var visited = false;
        proxy.WhileHeld = async trip =>
        {
            if (trip == 3)
            {
                await upkeep.VisitedAsync();
                visited = true;
                recorder.Addresses.Should().NotContain("two", "it is not deleted yet");
                await IsDueWithinTheMarginAsync(connection);
            }
        };

        // The message is read, the room is added, and now the deletion waits.
        await proxy.StepAsync(() => deleting.DeleteAsync(Room, 2, "alice", cancellationToken: Cancelled), afterwards: Script, [Read, Script, Script]);

        visited.Should().BeTrue();
        await recorder.ReportsAsync("two");
    }

    [Fact]
    public async Task An_entry_is_enough_if_the_process_dies_right_after_the_write()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var proxy = new CutProxy(new IPEndPoint(IPAddress.Loopback, redis.Port), "chatroom:");
        await using var dying = await ConnectionMultiplexer.ConnectAsync($"{proxy.EndPoint},asyncTimeout=60000");
        var recorder = new Recorder();
        var deleting = await BegunAsync(dying);
        await using var upkeep = new Running(connection, recorder);
        await IsIdleAsync(connection, recorder);

        // The read, the entry, and the deletion; not the second entry, which makes the room due at once.
        proxy.CutAfter(3);
        (await deleting.DeleteAsync(Room, 2, "alice", cancellationToken: Cancelled)).Should().BeTrue();
        await proxy.Cut.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);

        await upkeep.VisitedAsync();
        recorder.Addresses.Should().NotContain("two", "the room is not due yet");
        var key = await IsDueWithinTheMarginAsync(connection);

        // The minute is over.
        await connection.GetDatabase().SortedSetDecrementAsync(key, Room, UpkeepIndex.WriteMargin.TotalMicroseconds);
        await recorder.ReportsAsync("two");

        // What was cut off gets no answer.
        await dying.CloseAsync(allowCommandsToComplete: false);
    }

    /// <summary>A chat whose connection knows the scripts, and a room with a message that has an attachment.</summary>
    private static async Task<Chat> BegunAsync(ConnectionMultiplexer connection)
    {
        var chat = NewChat(connection, new Recorder());
        await chat.SendAsync(Room, New("one"), Cancelled);
        await chat.SendAsync(Room, New("two"), Cancelled);
        await chat.DeleteAsync(Room, 1, "alice", cancellationToken: Cancelled);
        return chat;
    }

    /// <summary>Waits until the first deletion is reported, and the room needs no work any more.</summary>
    private static async Task IsIdleAsync(ConnectionMultiplexer connection, Recorder recorder)
    {
        await recorder.ReportsAsync("one");
        await Poll.UntilAsync(async () => await DueAsync(connection) is null, "the room leaves the index");
    }

    /// <summary>Checks that the room is in the index, and due after now, but not later than the margin.</summary>
    /// <returns>The key of its part of the index.</returns>
    private static async Task<RedisKey> IsDueWithinTheMarginAsync(ConnectionMultiplexer connection)
    {
        var (key, due) = await DueAsync(connection) ?? throw new InvalidOperationException("The room is not in the index.");
        (due - (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalMicroseconds).Should().BeInRange(1, UpkeepIndex.WriteMargin.TotalMicroseconds);
        return key;
    }

    private static async Task<(RedisKey Key, double Due)?> DueAsync(ConnectionMultiplexer connection)
    {
        await foreach (var key in connection.GetServers()[0].KeysAsync(pattern: "chatroom*:upkeep"))
        {
            if (await connection.GetDatabase().SortedSetScoreAsync(key, Room) is { } due)
            {
                return (key, due);
            }
        }

        return null;
    }

    private static NewMessage New(string address) =>
        new("alice", "") { Attachments = [new Attachment { Kind = "file", Name = "a", MediaType = "text/plain", Size = 1, Address = address }] };

    private static Chat NewChat(ConnectionMultiplexer connection, Recorder recorder) =>
        new(
            new RedisMessageStore(connection, new RedisStoreOptions { SealAfter = null }),
            new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1), Upkeep = { PollInterval = TimeSpan.FromMilliseconds(100), Lease = TimeSpan.FromSeconds(1) } },
            attachments: recorder);

    /// <summary>Another process, which runs the upkeep until it is disposed.</summary>
    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly Recorder _recorder;
        private readonly Chat _chat;
        private readonly Task _running;
        private int _rooms;

        public Running(ConnectionMultiplexer connection, Recorder recorder)
        {
            _recorder = recorder;
            _chat = NewChat(connection, recorder);
            _running = _chat.RunUpkeepAsync(_end.Token);
        }

        /// <summary>Waits until it has claimed all rooms that are due from now on: it claims those of all parts of the index together.</summary>
        public async Task VisitedAsync()
        {
            // The first of them may be claimed just before.
            for (var round = 0; round < 2; round++)
            {
                var (room, address) = ($"other {++_rooms}", $"other {_rooms}");
                await _chat.SendAsync(room, New(address), Cancelled);
                await _chat.DeleteAsync(room, 1, "alice", cancellationToken: Cancelled);
                await _recorder.ReportsAsync(address);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
            _end.Dispose();
        }
    }

    private sealed class Recorder : IAttachmentStore
    {
        private readonly ConcurrentDictionary<string, TaskCompletionSource> _reported = new();

        public IEnumerable<string> Addresses => _reported.Where(report => report.Value.Task.IsCompleted).Select(report => report.Key);

        public Task ReportsAsync(string address) => Of(address).Task.WaitAsync(TimeSpan.FromSeconds(60), Cancelled);

        public ValueTask ReleasedAsync(IReadOnlyList<ReleasedAttachment> attachments, CancellationToken cancellationToken = default)
        {
            foreach (var released in attachments)
            {
                Of(released.Attachment.Address).TrySetResult();
            }

            return default;
        }

        private TaskCompletionSource Of(string address) => _reported.GetOrAdd(address, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
