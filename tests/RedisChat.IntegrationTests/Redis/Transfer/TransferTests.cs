using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>Export, import and verification of whole chats. The second chat is on the same server under another prefix, which is as much another chat as one on another server.</summary>
public sealed class TransferTests(TestServer server) : TransferTestBase(server)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_chat_with_everything_is_the_same_after_export_and_import(bool compress)
    {
        await using var writer = await TransferChat.FillAsync(Source, Cancelled);
        var before = await TransferDump.OfAsync(Connection, SourcePrefix);
        (await Transfer(Source).VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();

        var exported = await Transfer(Source).ExportAsync(Folder, new ExportOptions { Compress = compress }, cancellationToken: Cancelled);
        var imported = await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled);

        (exported.Unreadable, exported.Threads).Should().Be((0, 5));
        imported.Should().Match<ImportResult>(result => result.Imported == exported.Rooms + exported.Threads + exported.Users && result.Skipped == 0);
        (await Transfer(Target).VerifyAsync(Folder, cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        (await Transfer(Target).VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        (await Transfer(Source).VerifyAsync(Folder, cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        (await TransferDump.OfAsync(Connection, TargetPrefix)).Should().Equal(before);
        (await TransferDump.OfAsync(Connection, SourcePrefix)).Should().Equal(before, "an export changes nothing");
    }

    [Fact]
    public async Task A_second_import_changes_nothing_even_after_the_chat_went_on()
    {
        await using var writer = await TransferChat.FillAsync(Source, Cancelled);
        var exported = await Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled);
        await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled);
        var chat = new Chat(Target);
        await chat.SendAsync(TransferChat.Lobby, "bob", "after the import", Cancelled);
        await chat.DeleteAsync(TransferChat.Lobby, 12, Actor.Application, cancellationToken: Cancelled);
        await chat.Room(TransferChat.Lobby).Members.LeaveAsync("bob", Cancelled);
        var before = await TransferDump.OfAsync(Connection, TargetPrefix);

        var again = await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled);

        (again.Imported, again.Skipped).Should().Be((0, exported.Rooms + exported.Threads + exported.Users));
        (await TransferDump.OfAsync(Connection, TargetPrefix)).Should().Equal(before);
        (await Transfer(Source).ImportAsync(Folder, cancellationToken: Cancelled)).Imported.Should().Be(2, "rooms that do not exist have no position to recognize them by, and everything else is what was exported");
    }

    [Fact]
    public async Task A_second_import_leaves_deleted_threads_deleted()
    {
        await new Chat(Source).SendAsync("a", "alice", "hello", Cancelled);
        await new Chat(Source).Room("a").Thread(1).SendAsync("bob", "reply", Cancelled);
        await Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled);
        (await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled)).Imported.Should().Be(2);
        await new Chat(Target, new ChatOptions { DeleteThreads = true }).DeleteAsync("a", 1, Actor.Application, cancellationToken: Cancelled);
        var before = await TransferDump.OfAsync(Connection, TargetPrefix);
        before.Keys.Should().NotContain(key => key.Contains(":t:", StringComparison.Ordinal));

        (await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled)).Should().Match<ImportResult>(result => result.Imported == 0 && result.Skipped == 2);

        (await TransferDump.OfAsync(Connection, TargetPrefix)).Should().Equal(before);
    }

    [Fact]
    public async Task What_is_due_while_its_room_is_imported_is_sent_after_it()
    {
        var (source, target) = (new Chat(Source).Room("large"), new Chat(Target, new ChatOptions { Schedule = { PollInterval = TimeSpan.FromMilliseconds(100) } }));
        await TransferChat.FillAsync(source, 8000, Cancelled);
        await source.SendAsync("alice", "parent", Cancelled);
        await source.Thread(8001).SendAsync("alice", "reply", Cancelled);
        await source.Schedule.AddAsync(new NewMessage("alice", "due"), DateTimeOffset.UtcNow.AddSeconds(1), Cancelled);
        var position = (await source.ReceiveAsync(cancellationToken: Cancelled)).Position;
        await Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var sending = target.RunScheduleAsync(ending.Token);

        await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled);

        await foreach (var some in target.Room("large").WatchAsync(position, Cancelled))
        {
            if (some is RoomEvent.Created { Message.Text: "due" })
            {
                break;
            }
        }

        await ending.CancelAsync();
        await FluentActions.Awaiting(() => sending).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_second_import_makes_due_what_one_that_was_killed_did_not()
    {
        await using var writer = await TransferChat.FillAsync(Source, Cancelled);
        await Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled);
        await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled);
        var before = await TransferDump.OfAsync(Connection, TargetPrefix);
        foreach (var room in new[] { TransferChat.Lobby, TransferChat.Hostile, "later" })
        {
            await Database.KeyDeleteAsync($"{TargetPrefix}:{{directory:{RedisChat.Redis.KeyNames.ShardOf(room)}}}:due");
        }

        (await TransferDump.OfAsync(Connection, TargetPrefix)).Should().NotEqual(before);
        (await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled)).Imported.Should().Be(0);
        (await TransferDump.OfAsync(Connection, TargetPrefix)).Should().Equal(before);
    }

    [Fact]
    public async Task Positions_of_the_exported_rooms_go_on_after_the_import()
    {
        await using var writer = await TransferChat.FillAsync(Source, Cancelled);
        var (source, target) = (new Chat(Source).Room(TransferChat.Lobby), new Chat(Target).Room(TransferChat.Lobby));
        var early = (await source.ReceiveAsync(cancellationToken: Cancelled)).Position;
        await source.SendAsync("bob", "one more", Cancelled);
        await source.EditAsync(3, Actor.Application, "edited three times", Cancelled);

        await Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled);
        await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled);

        var (before, after) = (await source.ReadChangesAsync(early, cancellationToken: Cancelled), await target.ReadChangesAsync(early, cancellationToken: Cancelled));
        after.Should().BeEquivalentTo(before);
        after.Events.OfType<RoomEvent.Gap>().Should().BeEmpty();
        await using var events = target.WatchAsync(early, Cancelled).GetAsyncEnumerator(Cancelled);
        var seen = new List<RoomEvent>();
        while (seen.LastOrDefault() is not RoomEvent.CaughtUp)
        {
            (await events.MoveNextAsync()).Should().BeTrue();
            seen.Add(events.Current);
        }

        seen.OfType<RoomEvent.Gap>().Should().BeEmpty();
        await target.SendAsync("bob", "live", Cancelled);
        do
        {
            (await events.MoveNextAsync()).Should().BeTrue();
        }
        while (events.Current is not RoomEvent.Created);
        events.Current.As<RoomEvent.Created>().Message.Should().Match<Message>(message => message.Text == "live" && message.Id == before.Position.MessageId + 1);
    }

    [Fact]
    public async Task What_people_do_while_an_export_is_running_is_in_it_up_to_one_position_for_each_room()
    {
        await using var writer = await TransferChat.FillAsync(Source, Cancelled);
        await TransferChat.FillAsync(new Chat(Source).Room("busy"), 3000, Cancelled);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var writing = Enumerable.Range(0, 3).Select(n => TransferWriters.RunAsync(new Chat(Source, TransferChat.Options), ["busy", TransferChat.Lobby, TransferChat.Hostile], n, ending.Token)).ToList();

        var erasing = TransferWriters.EraseAsync(new Chat(Source, TransferChat.Options), Cancelled);
        for (var run = 0; run < 3; run++)
        {
            await Transfer(Source).ExportAsync(Path.Combine(Folder, $"{run}"), new ExportOptions { Compress = run == 1 }, cancellationToken: Cancelled);
        }

        await erasing;
        await ending.CancelAsync();
        (await Task.WhenAll(writing)).Sum().Should().BeGreaterThan(50);
        for (var run = 0; run < 3; run++)
        {
            await using var store = NewStore($"{TargetPrefix}-{run}");
            await Transfer(store).ImportAsync(Path.Combine(Folder, $"{run}"), cancellationToken: Cancelled);
            (await Transfer(store).VerifyAsync(Path.Combine(Folder, $"{run}"), cancellationToken: Cancelled)).Differences.Should().BeEmpty();
            await CompleteButForListsAsync(store);
        }

        await CompleteButForListsAsync(Source);
    }

    [Fact]
    public async Task Single_rooms_are_exported_with_their_threads_and_members_get_them_in_their_lists()
    {
        await using var writer = await TransferChat.FillAsync(Source, Cancelled);

        var exported = await Transfer(Source).ExportAsync(Folder, new ExportOptions { Rooms = [TransferChat.Hostile, "silent"] }, cancellationToken: Cancelled);
        await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled);

        (exported.Rooms, exported.Threads, exported.Users).Should().Be((2, 2, 0));
        (await Transfer(Target).VerifyAsync(Folder, cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        (await Transfer(Target).VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        (await new Chat(Target).User("bob").Inbox.ListAsync(cancellationToken: Cancelled)).Rooms.Select(room => room.Room).Should().Contain(TransferChat.Hostile).And.NotContain(TransferChat.Lobby);
        (await new Chat(Target).Rooms.ListAsync(cancellationToken: Cancelled)).Rooms.Select(room => room.Id).Should().BeEquivalentTo(TransferChat.Hostile, "silent");
    }

    [Fact]
    public async Task An_empty_chat_is_a_complete_export()
    {
        (await Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled)).Should().Match<ExportResult>(result => result.Rooms == 0 && result.Users == 0);
        (await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled)).Imported.Should().Be(0);
        (await Transfer(Target).VerifyAsync(Folder, cancellationToken: Cancelled)).DifferenceCount.Should().Be(0);
    }

    [Fact]
    public async Task Values_that_no_chat_can_read_are_carried_as_they_are_and_counted()
    {
        await TransferChat.FillAsync(new Chat(Source).Room("odd"), 300, Cancelled);
        await Source.SealedAsync();
        foreach (var (id, value) in new[] { (260, "no JSON"), (261, "{\n\"t\":1}"), (262, "null"), (263, "{\"t\":1}") })
        {
            await Database.HashSetAsync($"{SourcePrefix}:{{odd}}:m:2", id, value);
        }

        await Database.HashSetAsync($"{SourcePrefix}:{{odd}}:m:2", 264, new byte[] { 0xff, 0xfe });
        await Database.HashSetAsync($"{SourcePrefix}:{{odd}}:sealed", 0, "\u0003of a later version");

        (await Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled)).Unreadable.Should().Be(5, "four values and a bucket are not JSON; one is JSON, but no message");
        await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled);

        (await Transfer(Target).VerifyAsync(Folder, cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        (await TransferDump.OfAsync(Connection, TargetPrefix)).Where(entry => entry.Key.Contains("message", StringComparison.Ordinal))
            .Should().Equal((await TransferDump.OfAsync(Connection, SourcePrefix)).Where(entry => entry.Key.Contains("message", StringComparison.Ordinal)));
        ((byte[])(await Database.HashGetAsync($"{TargetPrefix}:{{odd}}:m:2", 264))!).Should().Equal(0xff, 0xfe);
        ((string)(await Database.HashGetAsync($"{TargetPrefix}:{{odd}}:sealed", 0))!).Should().Be("\u0003of a later version");
        (await Database.StringGetBitAsync($"{TargetPrefix}:{{odd}}:gone", 0)).Should().BeFalse("a bucket that cannot be unpacked is not empty");
    }

    [Theory]
    [InlineData(61)]
    [InlineData(62)]
    [InlineData(63)]
    [InlineData(64)]
    public async Task Values_that_are_nested_deep_are_carried_as_they_are(int depth)
    {
        await TransferChat.FillAsync(new Chat(Source).Room("odd"), 3, Cancelled);
        await new Chat(Source, TransferChat.Options).EditAsync("odd", 1, Actor.Application, "edited", Cancelled);
        var value = $"{{\"t\":1,\"u\":\"alice\",\"c\":\"deep\",\"later\":{new string('[', depth - 1)}{new string(']', depth - 1)}}}";
        await Database.HashSetAsync($"{SourcePrefix}:{{odd}}:m:0", 2, value);
        await Database.HashSetAsync($"{SourcePrefix}:{{odd}}:v:0", "1:1", value);

        await Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled);
        await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled);

        (await Transfer(Target).VerifyAsync(Folder, cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        ((string)(await Database.HashGetAsync($"{TargetPrefix}:{{odd}}:m:0", 2))!).Should().Be(value);
        ((string)(await Database.HashGetAsync($"{TargetPrefix}:{{odd}}:v:0", "1:1"))!).Should().Be(value);
    }

    [Fact]
    public async Task The_erasure_of_a_user_that_was_going_on_is_not_exported()
    {
        await new Chat(Source).Rooms.CreateAsync("a", new RoomAbout(), RuleSet.Open, "alice", Cancelled);
        await Database.HashSetAsync($"{SourcePrefix}:{{user:alice}}", "erasure", "erased~0123456789ABCDEF0123 Remove");

        await Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled);
        await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled);

        (await Database.HashGetAllAsync($"{TargetPrefix}:{{user:alice}}")).Should().NotBeEmpty().And.NotContain(field => field.Name == "erasure");
        (await Transfer(Target).VerifyAsync(Folder, cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        (await new Chat(Target).User("alice").EraseAsync(new ErasureOptions { Mode = ErasureMode.Anonymize }, cancellationToken: Cancelled)).Should().NotBeNull();
    }

    [Fact]
    public async Task A_store_that_holds_nothing_at_rest_says_that_it_cannot_be_exported() =>
        FluentActions.Invoking(() => new Chat(new InMemoryMessageStore()).Transfer).Should().Throw<NotSupportedException>().WithMessage("*InMemoryMessageStore*ITransferStore*");
}
