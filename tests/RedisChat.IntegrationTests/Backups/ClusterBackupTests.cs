using System.Collections.Concurrent;

namespace RedisChat.IntegrationTests.Backups;

/// <summary>The recipe of docs/operations.md for a cluster on Redis.</summary>
public sealed class RedisClusterBackupTests() : ClusterBackupTests(null);

/// <summary>The same on Valkey.</summary>
public sealed class ValkeyClusterBackupTests() : ClusterBackupTests("valkey-server");

/// <summary>The recipe of docs/operations.md for a cluster: each primary is copied at a moment of its own while people write, and restored into an empty cluster.</summary>
/// <param name="server">The server program; <see langword="null"/> for the one that most tests use.</param>
public abstract class ClusterBackupTests(string? server) : IAsyncLifetime
{
    private static readonly string[] Rooms = [.. Enumerable.Range(1, 12).Select(n => $"room {n}")];

    private readonly ConcurrentQueue<Acknowledged> _sent = new();
    private BackupCluster _cluster = null!;

    private sealed record Acknowledged(string Room, long Id, string Text);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _cluster = BackupCluster.Create(server);
        return default;
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _cluster.DisposeAsync();
    }

    [Fact]
    public async Task The_primaries_of_a_cluster_are_restored_into_an_empty_one()
    {
        await _cluster.StartAsync();
        await using var store = new RedisMessageStore(_cluster.Configuration, new RedisStoreOptions { SealAfter = 1 });
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(2) });
        await CreateAsync(chat, Rooms);
        foreach (var room in Rooms)
        {
            foreach (var numbers in Enumerable.Range(1, 400).Chunk(ChatLimits.MaxBatchSize))
            {
                await chat.SendManyAsync(room, [.. numbers.Select(n => new NewMessage("alice", $"old {n}"))], Cancelled);
            }
        }

        using var end = new CancellationTokenSource();
        var senders = Rooms.Select(room => SendAsync(chat, room, "before", end.Token)).ToArray();
        await UntilSentAsync(200);
        var kept = _sent.ToArray();
        var before = await PositionsAsync(chat);

        // Rooms that begin between two copies: their places in the directory and in the lists of users may be in a copy, and they not, and the other way round.
        await _cluster.RunForEachAsync(DocumentedBackup.SnapshotOfPrimary, i => CreateAsync(chat, [.. Enumerable.Range(1, 20).Select(n => $"between {i} {n}")]));
        var copied = _sent.Count;
        await UntilSentAsync(300);
        var lost = _sent.Skip(copied).ToArray();
        await end.CancelAsync();
        await Task.WhenAll(senders);
        var after = await PositionsAsync(chat);
        await _cluster.KillAsync();

        await _cluster.RunForEachAsync(DocumentedBackup.RestorePrimary);
        await _cluster.RunAsync(DocumentedBackup.Introduce);

        var histories = await ReadAllAsync(chat);
        foreach (var (room, id, text) in kept)
        {
            histories[room][(int)id - 1].Text.Should().Be(text, "it was acknowledged before the first copy");
        }

        lost.Should().OnlyContain(message => histories[message.Room].All(stored => stored.Text != message.Text), "it was sent after the last copy");
        foreach (var room in Rooms)
        {
            histories[room].Select(message => message.Id).Should().Equal(Enumerable.Range(1, histories[room].Count).Select(id => (long)id), "there are no holes");
            histories[room].Select(message => message.Text).Should().OnlyHaveUniqueItems();
            (await EventsAsync(chat, room, before[room])).Should().AllBeOfType<RoomEvent.Created>("what was known before the copy continues");
            (await EventsAsync(chat, room, after[room])).Should().ContainSingle().Which.Should().BeOfType<RoomEvent.Gap>();
            (await chat.SendAsync(room, "alice", "since", Cancelled)).Id.Should().Be(histories[room].Count + 1);
        }

        await _cluster.RunAsync(DocumentedBackup.RepairCluster);
        await _cluster.RunAsync(DocumentedBackup.Verify);
        (await chat.Transfer.VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();

        await CheckReplicaAsync();
        await CheckRestartAsync(chat, histories);
    }

    private async Task CheckReplicaAsync()
    {
        await _cluster.RunAsync(DocumentedBackup.AddReplica);
        await Poll.UntilAsync(async () => (await RedisQuestion.AskAsync(_cluster.PortOf(BackupCluster.First + 3), ["ROLE"])) is ["slave", _, _, "connected", ..], "the replica follows");
    }

    /// <summary>The restored servers have their append-only files and their slots again.</summary>
    private async Task CheckRestartAsync(Chat chat, Dictionary<string, List<Message>> histories)
    {
        await _cluster.KillAsync();
        await _cluster.RunForEachAsync([$"redis-server /etc/redis/{BackupCluster.First}.conf --daemonize yes"]);
        (await ReadAllAsync(chat)).Should().OnlyContain(room => room.Value.Count == histories[room.Key].Count + 1);
    }

    private async Task SendAsync(Chat chat, string room, string name, CancellationToken end)
    {
        for (var n = 1; !end.IsCancellationRequested; n++)
        {
            var text = $"{name} {n}";
            _sent.Enqueue(new Acknowledged(room, (await chat.SendAsync(room, "alice", text, Cancelled)).Id, text));

            // The pace of people; the servers are not to be saturated.
            await Task.Delay(20, Cancelled);
        }
    }

    private Task UntilSentAsync(int more)
    {
        var before = _sent.Count;
        return Poll.UntilAsync(() => Task.FromResult(_sent.Count >= before + more), "people go on writing");
    }

    private static async Task CreateAsync(Chat chat, string[] rooms)
    {
        foreach (var room in rooms)
        {
            await chat.Rooms.CreateAsync(room, new RoomAbout { Name = room }, owner: "alice", cancellationToken: Cancelled);
            await chat.Room(room).Members.JoinAsync($"member of {room}", Cancelled);
        }
    }

    private static async Task<Dictionary<string, RoomPosition>> PositionsAsync(Chat chat)
    {
        var positions = new Dictionary<string, RoomPosition>();
        foreach (var room in Rooms)
        {
            positions.Add(room, (await chat.ReceiveAsync(room, new MessageQuery(1), Cancelled)).Position);
        }

        return positions;
    }

    private static async Task<IReadOnlyList<RoomEvent>> EventsAsync(Chat chat, string room, RoomPosition after) => (await chat.ReadChangesAsync(room, after, cancellationToken: Cancelled)).Events;

    private static async Task<Dictionary<string, List<Message>>> ReadAllAsync(Chat chat)
    {
        var histories = new Dictionary<string, List<Message>>();
        foreach (var room in Rooms)
        {
            histories.Add(room, []);
            await foreach (var message in chat.ReceiveAllAsync(room, null, Cancelled))
            {
                histories[room].Add(message);
            }
        }

        return histories;
    }
}
