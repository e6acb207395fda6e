namespace RedisChat.IntegrationTests.Redis.Migration;

/// <summary>An erasure and a migration: while rooms are open, nobody is erased, and what a later migration brings back is erased again.</summary>
public sealed class MigrationErasureTests : MigrationTestBase
{
    private readonly RedisMessageStore _store;

    public MigrationErasureTests(TestServer server)
        : base(server) => _store = new RedisMessageStore(Connection, new RedisStoreOptions { KeyPrefix = Prefix, LiveProbeInterval = TimeSpan.FromMilliseconds(100) });

    private ChatUser Alice => new Chat(_store).User("alice");

    public override async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await base.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_erasure_is_refused_before_anything_changes_until_every_migration_is_complete(bool isBegun)
    {
        await SendFromAliceAsync(Lobby, 3);
        await SendFromAliceAsync("open", 3);
        await Chat.Transfer.MigrateAsync(Classic, new MigrationOptions { Rooms = ["open"] }, cancellationToken: Cancelled);
        await Chat.SendAsync("new", "alice", "hello", Cancelled);
        if (isBegun)
        {
            await Database.HashSetAsync($"{Prefix}:{{user:alice}}", "erasure", "erased~0123456789ABCDEF0123 Remove");
        }

        var before = await DumpAsync(isDefault: true);

        foreach (var options in new[] { new ErasureOptions(), new ErasureOptions { Verify = false }, new ErasureOptions { IsDryRun = true } })
        {
            var refused = await FluentActions.Awaiting(() => Alice.EraseAsync(options, cancellationToken: Cancelled)).Should().ThrowAsync<ChatInputException>();
            refused.WithMessage("*imported or migrated: 'open'.*nothing was changed*--final*deleting the rooms*");
        }

        (await DumpAsync(isDefault: true)).Should().Equal(before);
        await Chat.Transfer.MigrateAsync(Classic, new MigrationOptions { Rooms = ["open"], Complete = true }, cancellationToken: Cancelled);
        (await Database.KeyExistsAsync($"{Prefix}:{{open}}:import")).Should().BeFalse();

        var report = await Alice.EraseAsync(cancellationToken: Cancelled);

        report.Messages.Should().Be(4);
        report.Findings!.Remaining.Should().BeEmpty();
    }

    [Fact]
    public async Task A_migration_that_was_given_up_is_no_obstacle_and_many_open_ones_are_not_all_named()
    {
        foreach (var n in Enumerable.Range(1, 12))
        {
            await SendFromAliceAsync($"room {n:00}", 1);
        }

        await Chat.Transfer.MigrateAsync(Classic, cancellationToken: Cancelled);
        var refused = await FluentActions.Awaiting(() => Alice.EraseAsync(cancellationToken: Cancelled)).Should().ThrowAsync<ChatInputException>();
        refused.WithMessage("* and others.*");
        refused.Which.Message.Split("'room ").Should().HaveCount(11);

        foreach (var n in Enumerable.Range(1, 12))
        {
            await Chat.Rooms.DeleteAsync($"room {n:00}", Actor.Application, cancellationToken: Cancelled);
        }

        (await DumpAsync(isDefault: true)).Should().BeEmpty();
        (await Alice.EraseAsync(cancellationToken: Cancelled)).Should().Match<ErasureReport>(report => report.Rooms == 0 && report.Findings!.IsClean);
    }

    [Fact]
    public async Task A_migration_that_begins_during_an_erasure_is_noticed_by_the_next_pass()
    {
        await SendFromAliceAsync(Lobby, 3);
        await Chat.SendAsync("new", "alice", "hello", Cancelled);
        var began = false;
        var beginning = new Reporting<ErasureProgress>(() =>
        {
            if (!began)
            {
                // As the first step of a migration does.
                began = true;
                Database.HashSet($"{Prefix}:{{{Lobby}}}", [new("epoch", "!"), new("last", 3), new("gone", "1 {}"), new("import", "classic 7 0 3 s")]);
                Database.HashSet($"{Prefix}:{{{Lobby}}}:import", "from", "classic");
            }
        });

        (await FluentActions.Awaiting(() => Alice.EraseAsync(progress: beginning, cancellationToken: Cancelled)).Should().ThrowAsync<ChatInputException>()).WithMessage($"*a migration of the room '{Lobby}' has begun*");

        // The erasure has begun, and is continued.
        (await FluentActions.Awaiting(() => Chat.SendAsync("new", "alice", "too early", Cancelled)).Should().ThrowAsync<ChatForbiddenException>()).Which.Reason.Should().Be(ForbiddenReason.BeingErased);
        await MigrateAsync(complete: true);
        var report = await Alice.EraseAsync(cancellationToken: Cancelled);
        report.Messages.Should().Be(3);
        report.Findings!.Remaining.Should().BeEmpty();
        await Chat.SendAsync("new", "alice", "in time", Cancelled);
    }

    [Fact]
    public async Task What_a_migration_brings_back_after_an_erasure_another_one_erases()
    {
        await SendFromAliceAsync(Lobby, 3);
        (await Alice.EraseAsync(cancellationToken: Cancelled)).Should().Match<ErasureReport>(report => report.Messages == 0 && report.Findings!.IsClean);

        // An erasure remembers nobody once it is over, and the classic keys still have the messages.
        await MigrateAsync(complete: true);
        (await Chat.ReceiveAsync(Lobby, new MessageQuery { User = "alice" }, Cancelled)).Messages.Should().HaveCount(3);
        (await Alice.EraseAsync(cancellationToken: Cancelled)).Messages.Should().Be(3);

        // A room that is complete is not copied again.
        (await MigrateAsync(complete: true)).Added.Should().Be(0);
        (await Chat.ReceiveAsync(Lobby, cancellationToken: Cancelled)).Messages.Should().OnlyContain(message => message.User == "bob");

        // One that was deleted is.
        await Chat.Rooms.DeleteAsync(Lobby, Actor.Application, cancellationToken: Cancelled);
        (await MigrateAsync(complete: true)).Added.Should().Be(6);
        (await Alice.EraseAsync(cancellationToken: Cancelled)).Messages.Should().Be(3);
    }

    private async Task SendFromAliceAsync(string room, int count)
    {
        for (var n = 0; n < count; n++)
        {
            await Old.SendAsync(room, "alice", "mine", Cancelled);
            await Old.SendAsync(room, "bob", "yours", Cancelled);
        }
    }
}
