using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Migration;

/// <summary>A migration that dies anywhere is completed by the next one: nothing is lost, nothing is there twice.</summary>
public sealed class MigrationFaultTests(TestServer server) : MigrationTestBase(server)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Wherever_a_pass_is_cut_off_the_next_ones_make_the_room_exact(bool complete)
    {
        var (cuts, isThrough) = (0, false);
        for (var commands = 0; !isThrough; commands++)
        {
            commands.Should().BeLessThan(300);
            var room = $"room {commands}";
            await FillAsync(room, 400);
            if (commands % 2 == 0)
            {
                await Chat.Transfer.MigrateAsync(Classic, new MigrationOptions { Rooms = [room] }, cancellationToken: Cancelled);
                await ChangeAsync(room, 3);
            }

            isThrough = await CutOffAsync(commands, new MigrationOptions { Rooms = [room], Complete = complete });
            cuts += isThrough ? 0 : 1;

            var isComplete = isThrough && complete;
            if (!isComplete && (await Chat.Transfer.MigrateAsync(Classic, new MigrationOptions { Rooms = [room], DryRun = true }, cancellationToken: Cancelled)).Rooms.Single() is { IsComplete: false })
            {
                // What was half done is not what there is to do now.
                await ChangeAsync(room, 200);
                if (commands % 3 == 0)
                {
                    await Chat.Transfer.MigrateAsync(Classic, new MigrationOptions { Rooms = [room] }, cancellationToken: Cancelled);
                }
            }

            (await Chat.Transfer.MigrateAsync(Classic, new MigrationOptions { Rooms = [room], Complete = true }, cancellationToken: Cancelled)).Rooms.Single().Late.Should().Be(0);
            await ShouldBeExactAsync(room, sends: false);
        }

        cuts.Should().BeGreaterThan(15);
    }

    [Fact]
    public async Task A_last_pass_that_was_cut_off_anywhere_is_completed_by_the_same_call_alone()
    {
        var (cuts, isThrough, opened) = (0, false, new HashSet<int>());
        for (var commands = 0; !isThrough; commands++)
        {
            commands.Should().BeLessThan(300);
            string[] rooms = [$"a {commands}", $"b {commands}"];
            foreach (var room in rooms)
            {
                await FillAsync(room, 10);
            }

            await Chat.Transfer.MigrateAsync(Classic, new MigrationOptions { Rooms = rooms }, cancellationToken: Cancelled);
            await Old.DeleteAsync(rooms[1], 7, Actor.Application, cancellationToken: Cancelled);
            var last = new MigrationOptions { Rooms = rooms, Complete = true };
            isThrough = await CutOffAsync(commands, last);
            cuts += isThrough ? 0 : 1;
            opened.Add((await Task.WhenAll(rooms.Select(room => Database.HashExistsAsync($"{Prefix}:{{{room}}}", "imported")))).Count(isOpen => isOpen));

            var result = await Chat.Transfer.MigrateAsync(Classic, last, cancellationToken: Cancelled);

            result.Rooms.Should().OnlyContain(room => room.IsComplete && room.Late == 0);
            (await Task.WhenAll(rooms.Select(room => Database.KeyExistsAsync($"{Prefix}:{{{room}}}:import")))).Should().NotContain(true);
            foreach (var room in rooms)
            {
                await ShouldBeExactAsync(room);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"Cut off after each of {cuts} commands.");
        cuts.Should().BeGreaterThan(15);
        opened.Should().BeEquivalentTo([0, 1, 2], "it was cut off before, between and after the rooms");
    }

    [Fact]
    public async Task A_step_that_took_place_although_its_answer_was_lost_is_not_repeated()
    {
        var calls = new TransferCalls(StoreContexts.Make(RedisConnection.Shared(Connection), new RedisStoreOptions { KeyPrefix = Prefix }));
        var (key, commits) = ($"{Prefix}:{{{Lobby}}}", new ImportCommits(calls, new TransferScope(Lobby), "migration"));
        var before = new ImportStep("classic", 1, 0, 9, IsCorrecting: false);
        var after = before with { Lines = 1 };
        await Database.HashSetAsync(key, "import", before.ToString());

        for (var attempt = 0; attempt < 2; attempt++)
        {
            await CommitAsync();
        }

        ((string?)await Database.StringGetAsync($"{key}:u:alice")).Should().Be("1,");
        await Database.HashSetAsync(key, "import", "classic 2 0 9 s");
        await FluentActions.Awaiting(CommitAsync).Should().ThrowAsync<ChatTransferException>();

        Task CommitAsync() => commits.CommitAsync(
            commits.At(before),
            transaction =>
            {
                transaction.StringAppendAsync($"{key}:u:alice", "1,").Observe();
                transaction.HashSetAsync(key, "import", after.ToString()).Observe();
            },
            after.ToString(), "classic:9", Cancelled);
    }

    /// <summary>Migrates in a process that is cut off after so many commands; returns whether it took no more.</summary>
    private async Task<bool> CutOffAsync(int commands, MigrationOptions options)
    {
        await using var proxy = new CutProxy(Connection.GetEndPoints()[0], $"{Prefix}:{{");
        var configuration = proxy.Configure(Connection.Configuration);

        // A transaction waits so long for its conditions, and for its answer.
        (configuration.SyncTimeout, configuration.AsyncTimeout) = (1000, 1000);
        await using var cut = new RedisMessageStore(configuration, new RedisStoreOptions { KeyPrefix = Prefix, SealAfter = 1 });
        using var end = new CancellationTokenSource();
        proxy.CutAfter(commands);
        var migrating = new Chat(cut).Transfer.MigrateAsync(Classic, options, cancellationToken: end.Token);
        await Task.WhenAny(migrating, proxy.Cut).WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
        await end.CancelAsync();
        return await migrating.ContinueWith(static ended => ended.IsCompletedSuccessfully, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Deletes, changes and adds messages, and gives one to another user.</summary>
    private async Task ChangeAsync(string room, int at)
    {
        await Old.DeleteAsync(room, at, Actor.Application, cancellationToken: Cancelled);
        await Other.ExecuteAsync("HSET", $":{room}:{at + 1}", "content", "edited");
        await Other.ExecuteAsync("HDEL", $":{room}:us:er {(at + 2) % 7} {{é}}", $"{at + 2}");
        await Other.ExecuteAsync("HSET", $":{room}:eve{at}", $"{at + 2}", "x");
        await Other.ExecuteAsync("HSET", $":{room}", $"eve{at}", $"{at + 2}");
        await FillAsync(room, 20);
    }
}
