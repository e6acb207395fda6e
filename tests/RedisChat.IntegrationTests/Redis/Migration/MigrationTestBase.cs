using RedisChat.IntegrationTests.Classic;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Migration;

/// <summary>Both layouts side by side, on one server and with one prefix.</summary>
public abstract class MigrationTestBase : IAsyncDisposable
{
    protected const string Lobby = "lobby";

    protected MigrationTestBase(TestServer server)
        : this(server.Connection, server.Connection)
    {
    }

    protected MigrationTestBase(ConnectionMultiplexer connection)
        : this(connection, connection)
    {
    }

    protected MigrationTestBase(ConnectionMultiplexer classic, ConnectionMultiplexer connection)
    {
        (ClassicConnection, Connection) = (classic, connection);
        Classic = new ClassicMessageStore(classic, Prefix);
        Target = new RedisMessageStore(Connection, new RedisStoreOptions { KeyPrefix = Prefix, SealAfter = 1 });
    }

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>The connection to the new rooms.</summary>
    protected ConnectionMultiplexer Connection { get; }

    /// <summary>The connection to the classic layout: the same one, unless the layouts are on different servers.</summary>
    protected ConnectionMultiplexer ClassicConnection { get; }

    protected IDatabase Database => Connection.GetDatabase();

    protected string Prefix { get; } = $"test-{Guid.NewGuid():n}";

    protected ClassicMessageStore Classic { get; }

    protected RedisMessageStore Target { get; }

    protected Chat Chat => new(Target);

    protected Chat Old => new(Classic);

    internal OtherProgram Other => new(ClassicConnection.GetDatabase(), Prefix);

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Classic.DisposeAsync();
        await Target.DisposeAsync();
    }

    protected async Task<MigratedRoom> MigrateAsync(bool complete = false, IProgress<TransferProgress>? progress = null) =>
        (await Chat.Transfer.MigrateAsync(Classic, new MigrationOptions { Complete = complete }, progress, Cancelled)).Rooms.Single();

    /// <summary>Migrates several rooms in two passes, of which the last one has to be begun again.</summary>
    protected async Task RunAsync()
    {
        await FillAsync(Lobby, 600);
        foreach (var n in Enumerable.Range(1, 20))
        {
            await FillAsync($"room {n}", n);
        }

        (await Chat.Transfer.MigrateAsync(Classic, cancellationToken: Cancelled)).Rooms.Should().HaveCount(21);
        await Old.DeleteAsync(Lobby, 7, Actor.Application, cancellationToken: Cancelled);
        await FillAsync(Lobby, 5);
        var options = new MigrationOptions { Complete = true };
        var counting = new WhileRunning(() => ClassicConnection.GetDatabase().StringIncrement($"{Prefix}:{Lobby}:messages"));
        await FluentActions.Awaiting(() => Chat.Transfer.MigrateAsync(Classic, options, counting, Cancelled)).Should().ThrowAsync<ChatTransferException>();
        (await Chat.Transfer.MigrateAsync(Classic, options, cancellationToken: Cancelled)).Rooms.Should().HaveCount(21).And.OnlyContain(room => room.IsComplete);
        foreach (var room in Enumerable.Range(1, 20).Select(n => $"room {n}").Append(Lobby))
        {
            await ShouldBeExactAsync(room);
        }
    }

    /// <summary>Sends messages of seven users, some with ids that need escaping in the default layout.</summary>
    protected async Task FillAsync(string room, int count, int from = 1)
    {
        foreach (var numbers in Enumerable.Range(from, count).Chunk(ChatLimits.MaxBatchSize))
        {
            await Old.SendManyAsync(room, [.. numbers.Select(n => new NewMessage($"us:er {n % 7} {{é}}", $"text {n} \"q\" \\ 😀 é"))], Cancelled);
        }
    }

    /// <summary>Sets when a message was sent.</summary>
    protected Task SetTimeAsync(string room, long id, object time) => Other.ExecuteAsync("HSET", $":{room}:{id}", "timestamp", time);

    /// <summary>The room has exactly what the classic store reads, everything that belongs to it is consistent, and it goes on with the next id.</summary>
    protected async Task ShouldBeExactAsync(string room, bool sends = true)
    {
        var expected = await AllAsync(Old.ReceiveAllAsync(room, cancellationToken: Cancelled));
        (await AllAsync(Chat.ReceiveAllAsync(room, cancellationToken: Cancelled))).Select(Line).Should().Equal(expected.Select(Line));
        foreach (var user in expected.Select(message => message.User).Where(user => user.Length is > 0 and < 50).Distinct())
        {
            (await AllAsync(Chat.ReceiveAllAsync(room, user, Cancelled))).Select(Line).Should().Equal(expected.Where(message => message.User == user).Select(Line));
        }

        (await Chat.Transfer.VerifyAsync(options: new VerifyOptions { Rooms = [room] }, cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        if (sends)
        {
            var last = (long)await ClassicConnection.GetDatabase().StringGetAsync($"{Prefix}:{room}:messages");
            var position = (await Chat.ReceiveAsync(room, cancellationToken: Cancelled)).Position;
            position.MessageId.Should().Be(last);
            (await Chat.SendAsync(room, "new", "after the migration", Cancelled)).Id.Should().Be(last + 1);
            (await Chat.ReadChangesAsync(room, position, cancellationToken: Cancelled)).Events.Should().ContainSingle().Which.Should().BeOfType<RoomEvent.Created>();
            (await Chat.Transfer.VerifyAsync(options: new VerifyOptions { Rooms = [room] }, cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        }

        static string Line(Message message) => $"{message.Id} {message.User} {message.Timestamp.Ticks} {message.Text}";
    }

    private static async Task<List<Message>> AllAsync(IAsyncEnumerable<Message> messages)
    {
        var all = new List<Message>();
        await foreach (var message in messages)
        {
            all.Add(message);
        }

        return all;
    }

    /// <summary>All keys, or those of one layout, with what is in them.</summary>
    protected async Task<SortedDictionary<string, string>> DumpAsync(bool? isDefault = null)
    {
        var dump = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var server in Connection.GetServers().Where(server => !server.IsReplica))
        {
            await foreach (var key in server.KeysAsync(pattern: $"{Prefix}:*"))
            {
                if (isDefault is null || ((string)key!).StartsWith($"{Prefix}:{{", StringComparison.Ordinal) == isDefault)
                {
                    dump[key!] = await Database.KeyTypeAsync(key) switch
                    {
                        RedisType.Hash => string.Join('\n', (await Database.HashGetAllAsync(key)).Select(field => $"{field.Name}={Convert.ToHexString((byte[])field.Value!)}").Order(StringComparer.Ordinal)),
                        RedisType.SortedSet => string.Join('\n', (await Database.SortedSetRangeByRankAsync(key)).Select(member => Convert.ToHexString((byte[])member!))),
                        _ => Convert.ToHexString((byte[])(await Database.StringGetAsync(key))!),
                    };
                }
            }
        }

        return dump;
    }

    /// <summary>Runs an action whenever progress is reported.</summary>
    protected sealed class Reporting<T>(Action act) : IProgress<T>
    {
        public void Report(T value) => act();
    }

    /// <summary>Runs an action when progress is first reported, which is while a pass is going on.</summary>
    protected sealed class WhileRunning(Action act) : IProgress<TransferProgress>
    {
        private bool _isDone;

        public void Report(TransferProgress value)
        {
            if (!_isDone)
            {
                _isDone = true;
                act();
            }
        }
    }
}
