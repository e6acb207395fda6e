using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>The server that holds both layouts is killed, or another one takes over, in the middle of a pass of a migration: the same call, or its repetition, makes the rooms exact.</summary>
public sealed class MigrationServerFaultTests
{
    private const int Rooms = 60;
    private const int Messages = 300;

    // A pass that was cut off by a fault of its own, and one that notices what the fault has undone.
    private const int MostPasses = 4;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_is_killed_during_a_pass(bool complete)
    {
        await using var redis = await RedisProcess.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        await RunAsync(redis.Configuration, complete, synced: () => Task.CompletedTask, async () =>
        {
            await redis.KillAsync();
            await redis.StartAgainAsync();
        });
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Another_server_takes_over_during_a_pass(bool complete, bool isKilled)
    {
        await using var deployment = await SentinelDeployment.StartAsync();

        // Migrations need more rights than the chat's user has.
        await RunAsync(deployment.Configuration.Replace(",user=chat,password=secret", "", StringComparison.Ordinal), complete, deployment.SyncedAsync, async () =>
        {
            if (!isKilled)
            {
                await deployment.FailOverAsync();
                return;
            }

            var primary = await deployment.PrimaryAsync();
            await primary.KillAsync();
            await deployment.PromotedInsteadOfAsync(primary);
        });
    }

    private static async Task RunAsync(string configuration, bool complete, Func<Task> synced, Func<Task> fault)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(configuration);
        await using var classic = new ClassicMessageStore(connection);
        await using var store = new RedisMessageStore(configuration, new RedisStoreOptions { SealAfter = 1 });
        var (old, chat) = (new Chat(classic), new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(30) }));
        for (var room = 0; room < Rooms; room++)
        {
            foreach (var numbers in Enumerable.Range(0, Messages).Chunk(ChatLimits.MaxBatchSize))
            {
                await old.SendManyAsync(Name(room), [.. numbers.Select(n => new NewMessage($"user{n % 5}", $"text {n}"))], Cancelled);
            }
        }

        if (complete)
        {
            await chat.Transfer.MigrateAsync(classic, cancellationToken: Cancelled);
            await old.DeleteAsync(Name(0), 7, Actor.Application, cancellationToken: Cancelled);
            await old.DeleteAsync(Name(Rooms - 1), 7, Actor.Application, cancellationToken: Cancelled);
        }

        await synced();
        var options = new MigrationOptions { Complete = complete };
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var passing = chat.Transfer.MigrateAsync(classic, options, new Begun(begun), Cancelled);
        await begun.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancelled);
        passing.IsCompleted.Should().BeFalse();
        await fault();
        var error = await Record.ExceptionAsync(() => passing);

        // What it had written may be undone by a replica that takes over, and then it says that somebody else has changed the room.
        (error is null or ChatTransferException or ChatUnavailableException).Should().BeTrue("{0}", error);
        var passes = 0;
        for (var isExact = false; !isExact; passes++)
        {
            passes.Should().BeLessThan(MostPasses);
            var again = await Record.ExceptionAsync(() => chat.Transfer.MigrateAsync(classic, new MigrationOptions { Complete = true }, cancellationToken: Cancelled));
            (again is null or ChatTransferException or ChatUnavailableException).Should().BeTrue("{0}", again);
            isExact = again is null;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"The pass ended with: {error?.Message ?? "success."} Then {passes} last passes were needed.");
        for (var room = 0; room < Rooms; room++)
        {
            var expected = await AllAsync(old, Name(room));
            expected.Should().HaveCount(complete && room is 0 or Rooms - 1 ? Messages - 1 : Messages);
            (await AllAsync(chat, Name(room))).Should().Equal(expected);
            (await chat.SendAsync(Name(room), "new", "after the migration", Cancelled)).Id.Should().Be(Messages + 1);
        }

        (await chat.Transfer.VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();
    }

    private static string Name(int room) => room.ToString("'room' 00", CultureInfo.InvariantCulture);

    private static async Task<List<string>> AllAsync(Chat chat, string room)
    {
        var all = new List<string>();
        await foreach (var message in chat.ReceiveAllAsync(room, cancellationToken: Cancelled))
        {
            all.Add($"{message.Id} {message.User} {message.Timestamp.Ticks} {message.Text}");
        }

        return all;
    }

    private sealed class Begun(TaskCompletionSource begun) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => begun.TrySetResult();
    }
}
