using RedisChat.Redis;
using StackExchange.Redis;
using static RedisChat.ServerFindingCodes;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Problems of a test's own server are found, and the command in a finding fixes them.</summary>
public sealed class InspectionTests
{
    [Fact]
    public async Task A_well_configured_server_has_only_notes()
    {
        await using var server = await Patient.StartAsync();
        var version = server.Administrator.GetServers()[0].Version;

        var inspection = await server.InspectAsync();

        inspection.Findings.Select(finding => (finding.Severity, finding.Code)).Should().Equal(
            version < new Version(7, 2)
                ? [(ServerFindingSeverity.Information, NoReplica), (ServerFindingSeverity.Information, NoWaitForDisk)]
                : [(ServerFindingSeverity.Information, NoReplica)]);
        inspection.HasProblem.Should().BeFalse();
        var found = inspection.Servers.Should().ContainSingle().Subject;
        (found.EndPoint, found.Role).Should().Be((server.Configuration, ServerRole.Primary));
        found.Version.Should().Match("* *.*.*");
    }

    [Theory]
    [InlineData(EvictionDeletesMessages, "--maxmemory-policy", "allkeys-lru")]
    [InlineData(EvictionForgetsKeys, "--maxmemory-policy", "volatile-ttl")]
    [InlineData(MemoryUnlimited, "--maxmemory", "0")]
    [InlineData(NoPersistence, "--appendonly", "no", "--save", "")]
    [InlineData(NoAppendOnlyFile, "--appendonly", "no", "--save", "3600 1")]
    [InlineData(DiskNotAwaited, "--appendfsync", "no")]
    [InlineData(DiskEverySecond, "--appendfsync", "everysec")]
    [InlineData(SubscriberBufferUnlimited, "--client-output-buffer-limit", "pubsub", "0", "0", "0")]
    [InlineData(SubscriberBufferSmall, "--client-output-buffer-limit", "pubsub", "65536", "0", "0")]
    [InlineData(IdleConnectionsClosed, "--timeout", "30")]
    [InlineData(LongValuesNotCompact, "--hash-max-listpack-value", "64")]
    [InlineData(ManyValuesNotCompact, "--hash-max-listpack-entries", "64")]
    public async Task A_bad_setting_is_found_and_fixed_by_the_findings_command_and_setting(string code, params string[] arguments)
    {
        await using var server = await Patient.StartAsync(arguments);
        var inspection = await server.InspectAsync();
        inspection.Ills().Should().Equal(code);

        await server.RunAsync(inspection.The(code).Command!);
        ShouldBeFixed(await server.InspectAsync());

        await using var repaired = await Patient.StartAsync([.. arguments, .. $"--{inspection.The(code).Setting}".Split(' ')]);
        ShouldBeFixed(await repaired.InspectAsync());

        void ShouldBeFixed(ServerInspection found) =>
            found.Findings.Should().NotContain(finding => finding.Code == code || finding.Severity > ServerFindingSeverity.Information);
    }

    [Fact]
    public async Task Too_few_replicas_are_found_and_the_command_lets_the_chat_continue()
    {
        await using var server = await Patient.StartAsync("--min-replicas-to-write", "1");
        var inspection = await server.InspectAsync();
        inspection.Ills().Should().Equal(TooFewReplicas);

        await server.RunAsync(inspection.The(TooFewReplicas).Command!);

        (await server.InspectAsync()).Ills().Should().BeEmpty();
    }

    [Theory]
    [InlineData(MemoryFull, 0.9)]
    [InlineData(MemoryNearlyFull, 1.1)]
    public async Task Full_memory_is_found_and_fixed(string code, double limit)
    {
        await using var server = await Patient.StartAsync();
        await FillAsync(server);
        var used = (await RedisInfo.ReadAsync(server.Administrator.GetServers()[0], TestContext.Current.CancellationToken)).Number("used_memory");
        await server.RunAsync($"CONFIG SET maxmemory {(long)(used! * limit)}");
        var inspection = await server.InspectAsync();
        inspection.Ills().Should().Equal(code);

        await server.RunAsync(inspection.The(code).Command!);

        (await server.InspectAsync()).Ills().Should().BeEmpty();
    }

    [Fact]
    public async Task Evicted_keys_are_found_and_after_all_fixes_no_finding_remains()
    {
        await using var server = await Patient.StartAsync("--maxmemory", "8mb", "--maxmemory-policy", "allkeys-lru");
        await FillAsync(server);
        var inspection = await server.InspectAsync();
        inspection.Ills().Should().Contain([EvictionDeletesMessages, KeysWereEvicted]).And.BeSubsetOf([EvictionDeletesMessages, KeysWereEvicted, MemoryNearlyFull, MemoryFull]);

        foreach (var finding in inspection.Findings.Where(finding => finding.Command is not null))
        {
            await server.RunAsync(finding.Command!);
        }

        (await server.InspectAsync()).Ills().Should().BeEmpty();
    }

    [Fact]
    public async Task A_failed_snapshot_is_found_until_one_succeeds()
    {
        await using var server = await Patient.StartAsync();
        var obstacle = Directory.CreateDirectory(Path.Combine(await server.DirectoryAsync(), "dump.rdb"));
        await server.RunAsync("BGSAVE");
        var inspection = await Patient.InspectUntilAsync(server.Configuration, found => found.Has(SnapshotFailed));
        inspection.Ills().Should().Equal(SnapshotFailed);

        obstacle.Delete();
        await server.RunAsync(inspection.The(SnapshotFailed).Command!);

        await Patient.InspectUntilAsync(server.Configuration, found => !found.Ills().Any());
    }

    [Fact]
    public async Task A_failed_rewrite_is_found_until_one_succeeds()
    {
        await using var server = await Patient.StartAsync("--appenddirname", "log");
        var log = Path.Combine(await server.DirectoryAsync(), "log");
        Directory.Move(log, $"{log}-away");
        await File.WriteAllTextAsync(log, "no directory", TestContext.Current.CancellationToken);
        var rewrite = () => server.RunAsync("BGREWRITEAOF");
        await rewrite.Should().ThrowAsync<RedisServerException>();
        var inspection = await Patient.InspectUntilAsync(server.Configuration, found => found.Has(RewriteFailed));
        inspection.Ills().Should().Equal(RewriteFailed);

        File.Delete(log);
        Directory.Move($"{log}-away", log);
        await server.RunAsync(inspection.The(RewriteFailed).Command!);

        await Patient.InspectUntilAsync(server.Configuration, found => !found.Ills().Any());
    }

    [Fact]
    public async Task A_clock_that_differs_is_found()
    {
        await using var server = await Patient.StartAsync();

        (await Patient.InspectAsync(server.Configuration, new FastClock())).Ills().Should().Equal(ClockDiffers);
    }

    [Fact]
    public async Task A_server_that_is_down_is_one_clear_error()
    {
        await using var server = await Patient.StartAsync();
        await server.Redis.KillAsync();

        var error = await Assert.ThrowsAsync<ChatUnavailableException>(() => server.InspectAsync("connectTimeout=500,connectRetry=1"));

        error.Message.Should().StartWith("No Redis server answers.");
        error.Operation.Should().Be(ChatOperations.Inspect);
    }

    [Fact]
    public async Task A_frozen_server_ends_the_inspection_in_time()
    {
        await using var server = await Patient.StartAsync();
        await using var store = new RedisMessageStore(server.Administrator);
        await store.InspectServerAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        server.Redis.Freeze();

        var inspect = () => store.InspectServerAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30));

        await inspect.Should().ThrowAsync<ChatUnavailableException>();
        server.Redis.Thaw();
    }

    [Fact]
    public async Task A_cancelled_inspection_ends_as_cancelled()
    {
        await using var server = await Patient.StartAsync();
        await using var store = new RedisMessageStore(server.Administrator);

        var inspect = () => store.InspectServerAsync(TimeSpan.FromSeconds(1), new CancellationToken(canceled: true));

        await inspect.Should().ThrowAsync<OperationCanceledException>();
    }

    private static async Task FillAsync(Patient server)
    {
        for (var i = 0; i < 20; i++)
        {
            await server.Administrator.GetDatabase().StringSetAsync($"filler{i}", new byte[1 << 20]);
        }
    }

    private sealed class FastClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddHours(1);
    }
}
