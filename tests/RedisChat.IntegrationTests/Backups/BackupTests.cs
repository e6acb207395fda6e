using System.Globalization;
using System.Text.RegularExpressions;

namespace RedisChat.IntegrationTests.Backups;

/// <summary>The recipes of docs/operations.md on Redis.</summary>
public sealed class RedisBackupTests() : BackupTests(null);

/// <summary>The same on Valkey.</summary>
public sealed class ValkeyBackupTests() : BackupTests("valkey-server");

/// <summary>The recipes of docs/operations.md: what a copy of Redis holds is there after a restore, and everyone learns what is lost.</summary>
/// <param name="server">The server program; <see langword="null"/> for the one that most tests use.</param>
public abstract partial class BackupTests(string? server) : IAsyncLifetime
{
    private BackupMachine _machine = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _machine = BackupMachine.Create(server);
        return default;
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _machine.DisposeAsync();
    }

    [Fact]
    public Task A_snapshot_made_over_the_network_is_restored() => RunAsync(DocumentedBackup.SnapshotOverTheNetwork, DocumentedBackup.RestoreSnapshot);

    [Fact]
    public Task A_snapshot_made_on_the_server_is_restored() => RunAsync(DocumentedBackup.SnapshotOnTheServer, DocumentedBackup.RestoreSnapshot);

    [Fact]
    public async Task A_snapshot_of_a_replica_is_restored()
    {
        await _machine.StartAsync();
        await _machine.StartReplicaAsync(_machine.Port);
        await RunAsync(DocumentedBackup.SnapshotOfReplica, DocumentedBackup.RestoreSnapshot, UntilReplicatedAsync);
    }

    [Fact]
    public Task A_copy_of_the_append_only_file_is_restored() => RunAsync(DocumentedBackup.AppendOnlyFile, DocumentedBackup.RestoreAppendOnlyFile);

    [Fact]
    public async Task A_replica_that_lags_is_promoted()
    {
        await _machine.StartAsync();
        await using var link = new FaultProxy(_machine.Port);
        await _machine.StartReplicaAsync(link.Port);

        // The copy is of the moment at which the replica loses its link.
        await RunAsync([], DocumentedBackup.Promote, UntilReplicatedAsync, afterwards: () => link.DisposeAsync().AsTask(), servers: $"{_machine.Configuration},127.0.0.1:{_machine.ReplicaPort}");
        (await BackupMachine.AskAsync(_machine.Port, "ROLE")).Should().StartWith("slave");
    }

    [Fact]
    public async Task With_an_append_only_file_a_server_ignores_a_snapshot_as_documented()
    {
        await _machine.StartAsync();
        await BackupMachine.AskAsync(_machine.Port, "SET", "key", "value");
        await _machine.RunAsync(DocumentedBackup.SnapshotOverTheNetwork);
        await _machine.KillAsync();
        Directory.Delete(_machine.DataDirectory, recursive: true);
        Directory.CreateDirectory(_machine.DataDirectory);
        File.Copy(Path.Combine(_machine.BackupDirectory, "dump.rdb"), Path.Combine(_machine.DataDirectory, "dump.rdb"));

        await _machine.StartAsync();

        (await BackupMachine.AskAsync(_machine.Port, "DBSIZE")).Should().Be("0");
    }

    /// <summary>A backup while people write, more messages, a crash, a restore, and more messages again.</summary>
    /// <param name="backup">The commands that make the copy.</param>
    /// <param name="restore">The commands after the crash.</param>
    /// <param name="beforehand">Runs before the copy is made; what was acknowledged before is in it.</param>
    /// <param name="afterwards">Runs when the copy is made.</param>
    /// <param name="servers">How clients connect.</param>
    private async Task RunAsync(string[] backup, string[] restore, Func<Task>? beforehand = null, Func<Task>? afterwards = null, string? servers = null)
    {
        if (beforehand is null)
        {
            await _machine.StartAsync();
        }

        await using var scene = new BackupScene(servers ?? _machine.Configuration);
        await scene.BeginAsync();
        await scene.UntilSentAsync(200);
        var before = await PositionAsync(scene);
        var kept = scene.Sent;

        await (beforehand?.Invoke() ?? Task.CompletedTask);
        var copying = _machine.RunAsync(backup);
        await scene.UntilSentAsync(1);
        await copying;
        await (afterwards?.Invoke() ?? Task.CompletedTask);

        var copied = scene.Sent.Count;
        await scene.SendScheduledAsync();
        await scene.UntilSentAsync(300);
        var after = await PositionAsync(scene);

        // Each sender's next acknowledgement may be of a message that was on its way when the copy was made, and so may be in it.
        var lost = scene.Sent.Skip(copied).GroupBy(message => message.User).SelectMany(sent => sent.Skip(1).Take(25)).ToList();
        await _machine.KillAsync();
        scene.Restored();
        await _machine.RunAsync(restore);
        await scene.UntilSentAsync(100, isRestored: true);

        // Until the ids of lost messages belong to others, which is the harder case for positions.
        await Poll.UntilAsync(async () => (await PositionAsync(scene)).MessageId > after.MessageId, "the ids are given out again");
        await Poll.UntilAsync(async () => await scene.ScheduledAsync() == 1, "the scheduled message is sent again");
        await scene.StopSendersAsync();

        var messages = await ReadAllAsync(scene.Open());
        messages.Select(message => message.Id).Should().Equal(Enumerable.Range(1, messages.Count).Select(id => (long)id), "there are no holes");
        messages.Select(message => message.Text).Should().OnlyHaveUniqueItems();
        var stored = messages.ToDictionary(message => message.Text, message => message.Id);
        kept.Should().OnlyContain(message => stored.ContainsKey(message.Name) && stored[message.Name] == message.Id, "it was acknowledged before the backup");
        scene.Sent.Where(message => message.IsRestored).Should().OnlyContain(message => stored.ContainsKey(message.Name) && stored[message.Name] == message.Id, "it was acknowledged since the restore");
        lost.Should().OnlyContain(message => !stored.ContainsKey(message.Name), "it was sent after the backup");

        await CheckWatcherAsync(scene, messages);
        await CheckPositionsAsync(scene, before, after, messages);
        await CheckRepetitionsAsync(scene, kept[^1], lost[^1]);
        (await scene.ScheduledAsync()).Should().Be(1);
        await scene.EndAsync();
        (await scene.Observer.Transfer.VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        _machine.Configuration = servers ?? _machine.Configuration;
        await _machine.RunAsync(DocumentedBackup.Verify);
        if (servers is not null)
        {
            return;
        }

        // The restored server has its append-only file again.
        var count = (await ReadAllAsync(scene.Open())).Count;
        await _machine.KillAsync();
        await _machine.StartAsync();
        (await ReadAllAsync(scene.Open())).Should().HaveCount(count);
    }

    /// <summary>The watcher was connected all the time: nothing is skipped without a gap, and what follows the gap is what is stored.</summary>
    private static async Task CheckWatcherAsync(BackupScene scene, List<Message> messages)
    {
        // If it could connect again only after the last message was sent, the gap leads to that.
        await Poll.UntilAsync(() => Task.FromResult(scene.Watched.OfType<RoomEvent.Gap>().Any() && scene.Watched[^1].Position.MessageId == messages[^1].Id), "the watcher comes to the last message");
        var (last, gaps) = (0L, 0);
        var sent = scene.Sent.Where(message => !message.IsRestored).ToDictionary(message => message.Id, message => message.Name);
        foreach (var happened in scene.Watched)
        {
            switch (happened)
            {
                case RoomEvent.CaughtUp or RoomEvent.Gap:
                    gaps += happened is RoomEvent.Gap ? 1 : 0;
                    last = happened.Position.MessageId;
                    break;
                case RoomEvent.Created { Message: var message }:
                    message.Id.Should().Be(++last, "messages follow each other, after {0} gaps", gaps);
                    (gaps == 0 ? sent.GetValueOrDefault(message.Id, message.Text) : messages[(int)message.Id - 1].Text).Should().Be(message.Text);
                    break;
            }
        }

        gaps.Should().BeInRange(1, 3, "each is a reload");
        last.Should().Be(messages[^1].Id);
    }

    /// <summary>Clients that come back, in another process.</summary>
    private static async Task CheckPositionsAsync(BackupScene scene, RoomPosition before, RoomPosition after, List<Message> messages)
    {
        var caughtUp = await CatchUpAsync(scene.Open(), before);
        caughtUp.Should().NotContain(happened => happened is RoomEvent.Gap);
        caughtUp.OfType<RoomEvent.Created>().Select(created => created.Message.Id).Should().Equal(messages.Skip((int)before.MessageId).Select(message => message.Id));

        (await CatchUpAsync(scene.Open(), after)).Should().SatisfyRespectively(
            gap => gap.Should().BeOfType<RoomEvent.Gap>().Which.Position.MessageId.Should().Be(messages[^1].Id),
            end => end.Should().BeOfType<RoomEvent.CaughtUp>());
        (await scene.Open().ReadChangesAsync(BackupScene.Room, after, cancellationToken: Cancelled)).Events.Should().ContainSingle().Which.Should().BeOfType<RoomEvent.Gap>();
    }

    private static async Task CheckRepetitionsAsync(BackupScene scene, BackupScene.Acknowledged kept, BackupScene.Acknowledged lost)
    {
        var chat = scene.Open();
        var repeated = await RepeatAsync(kept);
        (repeated.IsDuplicate, repeated.Id).Should().Be((true, kept.Id));
        var again = await RepeatAsync(lost);
        again.IsDuplicate.Should().BeFalse("the server lost the message with its key");
        (await RepeatAsync(lost)).Should().Match<MessageReceipt>(receipt => receipt.IsDuplicate && receipt.Id == again.Id);

        Task<MessageReceipt> RepeatAsync(BackupScene.Acknowledged message) =>
            chat.SendAsync(BackupScene.Room, new NewMessage(message.User, message.Name) { IdempotencyKey = message.Name }, Cancelled);
    }

    private static async Task<List<RoomEvent>> CatchUpAsync(Chat chat, RoomPosition position)
    {
        var events = new List<RoomEvent>();
        await foreach (var happened in chat.WatchAsync(BackupScene.Room, position, Cancelled))
        {
            events.Add(happened);
            if (happened is RoomEvent.CaughtUp)
            {
                break;
            }
        }

        return events;
    }

    private static async Task<RoomPosition> PositionAsync(BackupScene scene) =>
        (await scene.Observer.ReceiveAsync(BackupScene.Room, new MessageQuery(1), Cancelled)).Position;

    private static async Task<List<Message>> ReadAllAsync(Chat chat)
    {
        var messages = new List<Message>();
        await foreach (var message in chat.ReceiveAllAsync(BackupScene.Room, null, Cancelled))
        {
            messages.Add(message);
        }

        return messages;
    }

    /// <summary>Waits until the replica has what the primary has now.</summary>
    private async Task UntilReplicatedAsync()
    {
        var offset = await OffsetAsync(_machine.Port, MasterOffset());
        await Poll.UntilAsync(async () => await OffsetAsync(_machine.ReplicaPort, ReplicaOffset()) >= offset, "the replica follows");
    }

    private static async Task<long> OffsetAsync(int port, Regex pattern) =>
        pattern.Match(await BackupMachine.AskAsync(port, "INFO", "replication")) is { Success: true } found ? long.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) : -1;

    [GeneratedRegex(@"master_repl_offset:(\d+)")]
    private static partial Regex MasterOffset();

    [GeneratedRegex(@"slave_repl_offset:(\d+)")]
    private static partial Regex ReplicaOffset();
}
