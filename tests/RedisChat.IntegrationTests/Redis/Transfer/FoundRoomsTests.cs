using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>Finding all rooms and users.</summary>
public sealed class FoundRoomsTests(TestServer server) : TransferTestBase(server)
{
    [Fact]
    public async Task All_rooms_that_exist_are_found_and_nothing_else()
    {
        await using var writer = await TransferChat.FillAsync(Source, Cancelled);
        var chat = new Chat(Source);
        var direct = await chat.Rooms.DirectAsync("alice", "bob", Cancelled);
        await chat.CheckHealthAsync(cancellationToken: Cancelled);

        var found = await RoomsToFind.ReadAsync(chat.Transfer.FindRoomsAsync(cancellationToken: Cancelled));

        found.Should().Equal(new[] { TransferChat.Hostile, TransferChat.Lobby, TransferChat.Trimmed, "silent", "gone thread", direct.Id }.Order(StringComparer.Ordinal));
        (await chat.Rooms.GetInfoAsync(found, Cancelled)).Should().OnlyContain(room => room.Exists);
    }

    [Fact]
    public async Task Users_of_whom_something_is_stored_are_found()
    {
        var chat = new Chat(Source);
        await chat.SendAsync("lobby", "author", "an author alone has nothing", Cancelled);
        await chat.Room("lobby").Members.JoinAsync(TransferChat.HostileUser, Cancelled);
        await chat.User("drafter").Drafts.SaveAsync("lobby", "a draft", cancellationToken: Cancelled);
        await chat.RevokeAsync("drafter", Cancelled);

        (await RoomsToFind.ReadAsync(chat.Transfer.FindUsersAsync(cancellationToken: Cancelled))).Should().Equal("drafter", TransferChat.HostileUser);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(20)]
    [InlineData(100)]
    public async Task Rooms_are_in_order_and_each_is_found_once_however_many_are_remembered(int atOnce)
    {
        var ids = await RoomsToFind.FillAsync(Source, 20, Cancelled);
        var transfer = new ChatTransfer(Source.GetAbility<ITransferStore>()!) { FoundAtOnce = atOnce };

        (await RoomsToFind.ReadAsync(transfer.FindRoomsAsync(cancellationToken: Cancelled))).Should().Equal(ids);
        (await RoomsToFind.ReadAsync(transfer.FindRoomsAsync(after: ids[4], Cancelled))).Should().Equal(ids.Skip(5));
        (await RoomsToFind.ReadAsync(transfer.FindRoomsAsync(after: ids[^1], Cancelled))).Should().BeEmpty();
    }

    [Fact]
    public async Task Keys_of_other_programs_are_not_rooms_and_hide_none()
    {
        var ids = await RoomsToFind.FillAsync(Source, 3, Cancelled);
        foreach (var key in new[] { "{}", "{a:b:c}", "{%0A}", "{%}", "{%zz}", "{other}:x}", $"{{{new string('x', 200)}}}" })
        {
            await Database.HashSetAsync($"{SourcePrefix}:{key}", "epoch", "1");
        }

        (await RoomsToFind.ReadAsync(new Chat(Source).Transfer.FindRoomsAsync(cancellationToken: Cancelled))).Should().Equal(ids);
    }

    [Fact]
    public async Task Keys_that_do_not_name_rooms_are_refused()
    {
        await using var store = new RedisMessageStore(Connection, null, new NumberedKeys());

        await Assert.ThrowsAsync<NotSupportedException>(() => RoomsToFind.ReadAsync(new Chat(store).Transfer.FindRoomsAsync(cancellationToken: Cancelled)));
    }

    /// <summary>Rooms as numbers that say nothing.</summary>
    private sealed class NumberedKeys : IRoomKeyScheme
    {
        public string Room(string room) => $"chat:{room.Length}";

        public string User(string user) => $"user:{user.Length}";

        public string Directory(int shard) => $"directory:{shard}";
    }
}

/// <summary>The same on a cluster, where the rooms are on several servers.</summary>
public sealed class FoundRoomsOnClusterTests(SharedCluster cluster)
    : TransferTestBase(new Lazy<ConnectionMultiplexer>(() => ConnectionMultiplexer.Connect($"{cluster.Configuration.Replace(",user=chat,password=secret", "", StringComparison.Ordinal)},allowAdmin=true")))
{
    [Fact]
    public async Task The_rooms_of_all_servers_are_found()
    {
        var ids = await RoomsToFind.FillAsync(Source, 40, Cancelled);

        (await RoomsToFind.ReadAsync(new Chat(Source).Transfer.FindRoomsAsync(cancellationToken: Cancelled))).Should().Equal(ids);
    }
}

/// <summary>The same after a node has died: a client that was connected keeps the node in its list.</summary>
public sealed class FoundRoomsAfterFailoverTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_rooms_of_a_replica_that_took_over_are_found()
    {
        await using var cluster = await ClusterDeployment.StartAsync();
        await using var store = new RedisMessageStore(cluster.Configuration);
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
        var ids = await RoomsToFind.FillAsync(store, 30, Cancelled);
        foreach (var id in ids)
        {
            // Now the replicas have everything before it, too.
            await chat.SendAsync(id, new NewMessage("alice", "on the replica"), Durability.Replicated(1, TimeSpan.FromSeconds(30)), Cancelled);
        }

        (await RoomsToFind.ReadAsync(chat.Transfer.FindRoomsAsync(cancellationToken: Cancelled))).Should().Equal(ids);
        var slot = await cluster.SlotAsync($"chatroom:{{{ids[0]}}}");
        var dead = await cluster.PrimaryAsync(slot);
        await dead.KillAsync();
        await cluster.PromotedInsteadOfAsync(dead, slot);

        (await RoomsToFind.ReadAsync(chat.Transfer.FindRoomsAsync(cancellationToken: Cancelled))).Should().Equal(ids);
        (await chat.User("nobody").EraseAsync(cancellationToken: Cancelled)).Findings!.IsClean.Should().BeTrue();
        var directory = Directory.CreateTempSubdirectory("redischat-export-");
        try
        {
            (await chat.Transfer.ExportAsync(directory.FullName, cancellationToken: Cancelled)).Rooms.Should().Be(ids.Count);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}

/// <summary>Rooms to find.</summary>
internal static class RoomsToFind
{
    /// <summary>Creates rooms by a message in each; every other one gets settings.</summary>
    /// <returns>Their ids, in order.</returns>
    public static async Task<List<string>> FillAsync(RedisMessageStore store, int count, CancellationToken cancellationToken)
    {
        var (chat, ids) = (new Chat(store), new List<string>());
        for (var n = 0; n < count; n++)
        {
            ids.Add($"room {(char)('A' + (n * 7 % 26))} {n}");
            await chat.SendAsync(ids[^1], "alice", "hello", cancellationToken);
            if (n % 2 == 0)
            {
                await chat.Rooms.SetTopicAsync(ids[^1], "a topic", Actor.Application, cancellationToken);
            }
        }

        ids.Sort(StringComparer.Ordinal);
        return ids;
    }

    public static async Task<List<string>> ReadAsync(IAsyncEnumerable<string> found)
    {
        var ids = new List<string>();
        await foreach (var id in found)
        {
            ids.Add(id);
        }

        return ids;
    }
}
