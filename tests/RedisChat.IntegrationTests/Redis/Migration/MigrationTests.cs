using RedisChat.Redis;

namespace RedisChat.IntegrationTests.Redis.Migration;

/// <summary>Rooms of the classic layout come into the default one as they are, while other programs write.</summary>
public sealed class MigrationTests(TestServer server) : MigrationTestBase(server)
{
    [Fact]
    public async Task Ids_authors_texts_and_times_are_those_that_the_classic_store_reads()
    {
        await FillAsync(Lobby, 1000);
        foreach (var id in Enumerable.Range(1, 1000).Where(id => id % 9 == 0 || id is 1 or 1000 or (> 250 and < 520)))
        {
            await Old.DeleteAsync(Lobby, id, Actor.Application, cancellationToken: Cancelled);
        }

        foreach (var (id, time) in new[] { (2, 1_800_000_000L), (3, 1_500_000_000L), (997, 0L) })
        {
            await SetTimeAsync(Lobby, id, time);
        }

        await FillAsync("small room é", 1);
        await Database.StringSetAsync($"{Prefix}:empty:messages", 0);
        var classic = await DumpAsync(isDefault: false);

        var first = await Chat.Transfer.MigrateAsync(Classic, cancellationToken: Cancelled);
        first.Rooms.Select(room => room.Room).Should().Equal("empty", Lobby, "small room é");
        first.Should().Match<MigrationResult>(result => result.LeftOutCount == 0 && result.RefusedCount == 0);
        var lobby = first.Rooms[1];
        lobby.Should().Match<MigratedRoom>(room => !room.IsComplete && room.LastId == 1000 && room.Added == room.Messages && room.Changed == 0 && room.Removed == 0 && room.Unreadable == 0 && room.WithoutAuthor == 0 && room.Late == 0);
        (await MigrateAllAsync(complete: false)).Rooms.Should().OnlyContain(room => room.Added == 0 && room.Changed == 0 && room.Removed == 0);

        var last = await MigrateAllAsync(complete: true);
        last.Rooms.Should().OnlyContain(room => room.IsComplete && room.Added == 0 && room.Changed == 0 && room.Removed == 0);
        last.Rooms[1].Messages.Should().Be(lobby.Messages);
        (await DumpAsync(isDefault: false)).Should().Equal(classic, "the classic layout is only read");

        var copied = await DumpAsync();
        (await MigrateAllAsync(complete: true)).Rooms.Should().OnlyContain(room => room.IsComplete && room.Added == 0 && room.Late == 0);
        (await DumpAsync()).Should().Equal(copied, "a second run changes nothing");
        (await Database.HashLengthAsync($"{Prefix}:{{{Lobby}}}:sealed")).Should().Be(5, "buckets are sealed at once, and two of seven are empty");
        foreach (var room in last.Rooms)
        {
            await ShouldBeExactAsync(room.Room);
        }
    }

    [Fact]
    public async Task A_room_is_closed_until_the_migration_is_complete_and_the_classic_layout_goes_on()
    {
        await FillAsync(Lobby, 3);
        await MigrateAsync();

        var sending = () => Chat.SendAsync(Lobby, "new", "too early", Cancelled);
        (await sending.Should().ThrowAsync<ChatForbiddenException>()).Which.Reason.Should().Be(ForbiddenReason.RoomDeleted);
        (await Chat.ReceiveAsync(Lobby, cancellationToken: Cancelled)).Messages.Should().BeEmpty();
        (await Chat.Transfer.VerifyAsync(cancellationToken: Cancelled)).Differences.Should().ContainSingle()
            .Which.Should().Match<TransferDifference>(found => found.What == "unfinished" && found.Details.StartsWith("The migration", StringComparison.Ordinal));
        (await Old.SendAsync(Lobby, "bob", "fourth", Cancelled)).Id.Should().Be(4);

        (await MigrateAsync(complete: true)).Should().Match<MigratedRoom>(room => room.Added == 1 && room.Messages == 4);
        await ShouldBeExactAsync(Lobby);
    }

    [Fact]
    public async Task What_changed_since_the_last_pass_is_corrected_also_where_a_bucket_was_sealed()
    {
        await FillAsync(Lobby, 600);
        await MigrateAsync();

        await Old.DeleteAsync(Lobby, 5, Actor.Application, cancellationToken: Cancelled);
        await Old.DeleteAsync(Lobby, 600, Actor.Application, cancellationToken: Cancelled);
        foreach (var id in Enumerable.Range(256, 128))
        {
            await Old.DeleteAsync(Lobby, id, Actor.Application, cancellationToken: Cancelled);
        }

        await Other.ExecuteAsync("HSET", $":{Lobby}:7", "content", "edited");
        await Other.ExecuteAsync("HSET", $":{Lobby}:599", "content", "edited, too");
        await SetTimeAsync(Lobby, 8, 1_600_000_000);
        await Other.ExecuteAsync("HDEL", $":{Lobby}:us:er 2 {{é}}", "9");
        await Other.ExecuteAsync("HSET", $":{Lobby}:eve", "9", "whatever");
        await Other.ExecuteAsync("HSET", $":{Lobby}", "eve", "9");
        await FillAsync(Lobby, 300, from: 601);

        (await MigrateAsync()).Should().Match<MigratedRoom>(room => room.Added == 300 && room.Changed == 4 && room.Removed == 130 && room.Messages == 770);
        (await MigrateAsync(complete: true)).Should().Match<MigratedRoom>(room => room.Added == 0 && room.Changed == 0 && room.Removed == 0);
        await ShouldBeExactAsync(Lobby);
    }

    [Fact]
    public async Task A_message_that_appears_below_a_copied_one_is_in_its_place_in_its_authors_list()
    {
        await FillAsync(Lobby, 10);
        await Other.ExecuteAsync("INCR", $":{Lobby}:messages");
        await Other.SendAsync(Lobby, "slow", "twelve");
        (await MigrateAsync()).Messages.Should().Be(11);

        await Other.ExecuteAsync("HSET", $":{Lobby}:slow", "11", "eleven");
        await Other.ExecuteAsync("HSET", $":{Lobby}:11", "content", "eleven", "timestamp", "1700000000");
        (await MigrateAsync(complete: true)).Should().Match<MigratedRoom>(room => room.Added == 1 && room.Messages == 12);
        ((string?)await Database.StringGetAsync($"{Prefix}:{{{Lobby}}}:u:slow")).Should().Be("11,12,");
        await ShouldBeExactAsync(Lobby);
    }

    [Fact]
    public async Task Programs_that_write_meanwhile_lose_nothing()
    {
        await FillAsync(Lobby, 2000);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(number => WriteAsync(number, end.Token)));
        var passes = new List<MigratedRoom>();
        while (passes.Count < 5 || passes.Sum(room => room.Removed) < 5)
        {
            passes.Add(await MigrateAsync());
            passes.Count.Should().BeLessThan(500);
        }

        await end.CancelAsync();
        await writing;
        passes.Sum(room => room.Added).Should().BeGreaterThan(2000);

        (await MigrateAsync(complete: true)).Should().Match<MigratedRoom>(room => room.Unreadable == 0 && room.WithoutAuthor == 0);
        await ShouldBeExactAsync(Lobby);

        async Task WriteAsync(int number, CancellationToken stop)
        {
            var (random, written) = (new Random(number), new List<long>());
            for (var n = 0; !stop.IsCancellationRequested; n++)
            {
                written.Add(await Other.SendAsync(Lobby, $"other{number}", $"other {n}"));
                written.Add((await Old.SendAsync(Lobby, $"user{number}", $"own {n}", CancellationToken.None)).Id);
                if (n % 3 == 0)
                {
                    // Not one that is just being written: the other program would store the rest of it after the deletion.
                    await Old.DeleteAsync(Lobby, written[random.Next(written.Count)], Actor.Application, cancellationToken: CancellationToken.None);
                }
            }
        }
    }

    [Fact]
    public async Task The_last_pass_fails_while_a_program_still_writes_and_succeeds_after_it()
    {
        await FillAsync(Lobby, 300);
        var last = () => MigrateAsync(complete: true, new WhileRunning(() => Database.StringIncrement($"{Prefix}:{Lobby}:messages", 2)));
        (await last.Should().ThrowAsync<ChatTransferException>()).Which.Should().Match<ChatTransferException>(e => e.Room == Lobby && e.Message.Contains("assigned 2 ids", StringComparison.Ordinal));
        var lost = () => MigrateAsync(complete: true, new WhileRunning(() => Database.StringDecrement($"{Prefix}:{Lobby}:messages", 2)));
        (await lost.Should().ThrowAsync<ChatTransferException>()).WithMessage("*has lost data*");
        await Database.StringIncrementAsync($"{Prefix}:{Lobby}:messages", 2);
        await FluentActions.Awaiting(() => Chat.SendAsync(Lobby, "new", "too early", Cancelled)).Should().ThrowAsync<ChatForbiddenException>();

        var list = new KeyNames(new HashTagKeyScheme(Prefix), 0).Author(Lobby, "us:er 1 {é}");

        // The lists that it has begun are written again, also those of users who have no messages any more.
        await Other.ExecuteAsync("HDEL", $":{Lobby}", "us:er 1 {é}");
        await Other.ExecuteAsync("DEL", $":{Lobby}:us:er 1 {{é}}");
        await FillAsync(Lobby, 5, from: 303);
        await MigrateAsync();
        (await Database.KeyExistsAsync(list)).Should().BeTrue();
        (await MigrateAsync(complete: true)).Should().Match<MigratedRoom>(room => room.Messages == 305 && room.WithoutAuthor == 43);
        (await Database.KeyExistsAsync(list)).Should().BeFalse();
        await ShouldBeExactAsync(Lobby);
    }

    [Fact]
    public async Task A_bucket_that_was_empty_in_a_last_pass_that_failed_is_found_when_it_is_not()
    {
        await FillAsync(Lobby, 600);
        foreach (var id in Enumerable.Range(128, 128).Where(id => id != 200))
        {
            await Old.DeleteAsync(Lobby, id, Actor.Application, cancellationToken: Cancelled);
        }

        await SetTimeAsync(Lobby, 200, "soon");
        await FluentActions.Awaiting(() => MigrateAsync(complete: true, new WhileRunning(() => Database.StringIncrement($"{Prefix}:{Lobby}:messages")))).Should().ThrowAsync<ChatTransferException>();
        (await Database.StringGetBitAsync($"{Prefix}:{{{Lobby}}}:gone", 1)).Should().BeTrue();

        await SetTimeAsync(Lobby, 200, 1_700_000_000);
        (await MigrateAsync(complete: true)).Should().Match<MigratedRoom>(room => room.Added == 1 && room.Unreadable == 0);
        await ShouldBeExactAsync(Lobby);
    }

    [Fact]
    public async Task Buckets_that_have_become_old_since_they_were_copied_are_sealed_by_the_last_pass()
    {
        await FillAsync(Lobby, 255);
        await MigrateAsync();
        await FillAsync(Lobby, 300);
        await MigrateAsync();
        (await Database.KeyExistsAsync($"{Prefix}:{{{Lobby}}}:m:1")).Should().BeTrue();

        await MigrateAsync(complete: true);
        (await Database.KeyExistsAsync($"{Prefix}:{{{Lobby}}}:m:1")).Should().BeFalse();
        (await Database.HashKeysAsync($"{Prefix}:{{{Lobby}}}:sealed")).Should().HaveCount(4);
        await ShouldBeExactAsync(Lobby);
    }

    [Fact]
    public async Task A_program_that_writes_the_old_layout_after_the_end_is_reported()
    {
        await FillAsync(Lobby, 3);
        await MigrateAsync(complete: true);
        await Chat.SendAsync(Lobby, "new", "fourth", Cancelled);
        var before = await DumpAsync(isDefault: true);

        await Old.SendAsync(Lobby, "bob", "also fourth", Cancelled);
        await Old.SendAsync(Lobby, "bob", "fifth", Cancelled);
        (await MigrateAsync(complete: true)).Should().Match<MigratedRoom>(room => room.IsComplete && room.LastId == 3 && room.Late == 2 && room.Added == 0);
        (await DumpAsync(isDefault: true)).Should().Equal(before);
    }

    [Fact]
    public async Task A_second_migration_takes_over_and_the_first_one_fails()
    {
        await FillAsync(Lobby, 300);
        var first = () => MigrateAsync(progress: new WhileRunning(() => Database.HashSet($"{Prefix}:{{{Lobby}}}", "import", "classic 77 0 300 s")));
        (await first.Should().ThrowAsync<ChatTransferException>()).WithMessage("*another migration*");
        (await MigrateAsync(complete: true)).Messages.Should().Be(300);
        await ShouldBeExactAsync(Lobby);
    }

    [Fact]
    public async Task An_unfinished_migration_can_be_deleted_and_begun_again()
    {
        await FillAsync(Lobby, 300);
        await FluentActions.Awaiting(() => MigrateAsync(complete: true, new WhileRunning(() => Database.StringIncrement($"{Prefix}:{Lobby}:messages")))).Should().ThrowAsync<ChatTransferException>();
        await Chat.Rooms.DeleteAsync(Lobby, Actor.Application, cancellationToken: Cancelled);
        (await DumpAsync(isDefault: true)).Should().BeEmpty();

        await MigrateAsync(complete: true);
        await ShouldBeExactAsync(Lobby);
    }

    [Fact]
    public async Task A_dry_run_says_what_there_is_to_do_and_writes_nothing()
    {
        await FillAsync(Lobby, 300);
        await MigrateAsync();
        await FillAsync(Lobby, 5, from: 301);
        await Old.DeleteAsync(Lobby, 3, Actor.Application, cancellationToken: Cancelled);
        await FillAsync("other", 2);
        var before = await DumpAsync();

        var result = await Chat.Transfer.MigrateAsync(Classic, new MigrationOptions { Complete = true, DryRun = true }, cancellationToken: Cancelled);

        result.Rooms.Select(room => $"{room.Room} {room.IsComplete} {room.Messages} {room.Added} {room.Removed}").Should().Equal("lobby False 304 5 1", "other False 2 2 0");
        (await DumpAsync()).Should().Equal(before);
    }

    [Fact]
    public async Task Authors_are_found_in_windows_of_any_size()
    {
        await FillAsync(Lobby, 1500);
        var connection = RedisConnection.Shared(Connection);
        var calls = new TransferCalls(StoreContexts.Make(connection, new RedisStoreOptions { KeyPrefix = Prefix }));
        var history = new ClassicHistory(calls, new ClassicKeyScheme(Prefix), Lobby) { IdsAtOnce = 600 };
        await history.LoadUsersAsync(Cancelled);
        for (var first = 1L; first <= 1500; first += 100)
        {
            await history.LoadAuthorsAsync(first, (int)Math.Min(100, 1501 - first), 1500, Cancelled);
            for (var id = first; id < first + 100 && id <= 1500; id++)
            {
                history.AuthorOf(id).Should().Be($"us:er {id % 7} {{é}}");
            }
        }
    }

    private Task<MigrationResult> MigrateAllAsync(bool complete) => Chat.Transfer.MigrateAsync(Classic, new MigrationOptions { Complete = complete }, cancellationToken: Cancelled);
}
