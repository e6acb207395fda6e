namespace RedisChat.IntegrationTests.Redis.Migration;

/// <summary>Users are erased after the last pass: what an erasure does before, docs/migration.md says.</summary>
public sealed class MigrationErasureTests(TestServer server) : MigrationTestBase(server)
{
    [Fact]
    public async Task The_proof_of_an_erasure_names_what_an_open_migration_has_copied_and_one_that_continues_is_refused()
    {
        await Old.SendAsync(Lobby, "alice", "one", Cancelled);
        await MigrateAsync();
        await using var store = new RedisMessageStore(Connection, new RedisStoreOptions { KeyPrefix = Prefix, LiveProbeInterval = TimeSpan.FromMilliseconds(100) });
        var alice = new Chat(store).User("alice");

        var early = await alice.EraseAsync(cancellationToken: Cancelled);
        early.Messages.Should().Be(0);
        early.Findings!.Remaining.Should().Contain(trace => trace.Key == $"{Prefix}:{{{Lobby}}}:m:0");

        await Database.HashSetAsync($"{Prefix}:{{user:alice}}", "erasure", "erased~0123456789ABCDEF0123 Remove");
        var continued = () => alice.EraseAsync(cancellationToken: Cancelled);
        (await continued.Should().ThrowAsync<ChatInputException>()).WithMessage($"*a migration of the room '{Lobby}' is in progress*");

        await MigrateAsync(complete: true);
        var report = await continued();
        report.Messages.Should().Be(1);
        report.Findings!.IsClean.Should().BeTrue();
    }
}
