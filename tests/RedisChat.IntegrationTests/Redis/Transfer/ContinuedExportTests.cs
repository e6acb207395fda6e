namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>An export that was interrupted and continued later, after the chat has changed.</summary>
public sealed class ContinuedExportTests(TestServer server) : TransferTestBase(server)
{
    private Chat Chat => new(Source);

    [Fact]
    public async Task A_half_exported_room_is_whole_although_rooms_and_threads_that_come_before_it_were_created_since()
    {
        await Chat.SendAsync("a", "alice", "hello", Cancelled);
        await TransferChat.FillAsync(Chat.Room("c"), 400, Cancelled);
        await ExportAsync();
        await InterruptedExport.InsideAsync(Folder, "c", 2, Cancelled);

        await Chat.SendAsync("b", "alice", "new", Cancelled);
        await Chat.Room("a").Thread(1).SendAsync("bob", "new", Cancelled);
        await Chat.SendAsync("c", "alice", "one more", Cancelled);
        await ExportAsync();

        (await ImportAsync()).Imported.Should().Be(2);
        var page = await new Chat(Target).ReceiveAsync("c", new MessageQuery(500), Cancelled);
        page.Messages.Select(message => message.Id).Should().Equal(Enumerable.Range(1, 401).Select(id => (long)id));
        (await new Chat(Target).SendAsync("c", "alice", "in use", Cancelled)).Id.Should().Be(402);
        (await File.ReadAllLinesAsync(Path.Combine(Folder, "000001.ndjson"), Cancelled)).Should().HaveCountGreaterThan(250, "the room was not exported from the beginning");
        (await File.ReadAllLinesAsync(Path.Combine(Folder, "000002.ndjson"), Cancelled)).Should().NotContain(line => line.StartsWith("{\"f\":\"room\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_half_exported_thread_begins_again_if_an_earlier_one_was_opened_since()
    {
        await TransferChat.FillAsync(Chat.Room("a"), 2, Cancelled);
        await TransferChat.FillAsync(Chat.Room("a").Thread(2), 300, Cancelled);
        await ExportAsync();
        await InterruptedExport.InsideAsync(Folder, new ThreadId("a", 2).RoomId, 1, Cancelled);

        await Chat.Room("a").Thread(1).SendAsync("bob", "new", Cancelled);
        await ExportAsync();

        (await ImportAsync()).Imported.Should().Be(3);
        (await new Chat(Target).Room("a").Thread(2).ReceiveAsync(new MessageQuery(500), Cancelled)).Messages.Should().HaveCount(300);
        (await new Chat(Target).Room("a").Thread(1).ReceiveAsync(cancellationToken: Cancelled)).Messages.Should().ContainSingle();
    }

    [Fact]
    public async Task A_thread_that_was_opened_after_its_room_was_read_is_that_of_its_message_and_of_no_later_one()
    {
        await TransferChat.FillAsync(Chat.Room("a"), 3, Cancelled);
        await Chat.SendAsync("b", "alice", "hello", Cancelled);
        await ExportAsync();
        await InterruptedExport.AfterAsync(Folder, "a", Cancelled);

        await Chat.SendAsync("a", "alice", "message 4", Cancelled);
        await Chat.Room("a").Thread(4).SendAsync("bob", "to 4", Cancelled);
        await Chat.Room("a").Thread(2).SendAsync("bob", "to 2", Cancelled);
        await ExportAsync();

        await ImportAsync();
        var room = new Chat(Target).Room("a");
        (await room.SendAsync("carol", "another message 4", Cancelled)).Id.Should().Be(4);
        var page = await room.ReceiveAsync(cancellationToken: Cancelled);
        page.Threads.Should().ContainSingle().Which.Should().Match<KeyValuePair<long, ThreadSummary>>(thread => thread.Key == 2 && thread.Value.Count == 1);
        (await room.Thread(4).ReceiveAsync(cancellationToken: Cancelled)).Messages.Should().BeEmpty();
        (await room.Thread(4).SendAsync("bob", "to another 4", Cancelled)).Id.Should().Be(1);
    }

    [Fact]
    public async Task What_was_scheduled_when_an_export_was_interrupted_and_sent_since_is_not_sent_again()
    {
        await TransferChat.FillAsync(Chat.Room("c"), 400, Cancelled);
        await ScheduleAsync("sent", DateTimeOffset.UtcNow);
        await ScheduleAsync("later", DateTimeOffset.UtcNow.AddDays(1));
        await ScheduleAsync("canceled", DateTimeOffset.UtcNow.AddDays(1));
        await ExportAsync();
        await InterruptedExport.InsideAsync(Folder, "c", 2, Cancelled);

        await SendDueAsync(Chat.Room("c"));
        await Chat.Room("c").Schedule.CancelAsync("alice", (await ScheduledAsync(Source)).Single(message => message.Message.Text == "canceled").Id, Cancelled);
        await ScheduleAsync("new", DateTimeOffset.UtcNow.AddDays(1));
        await ExportAsync();

        await ImportAsync();
        (await ScheduledAsync(Target)).Select(message => message.Message.Text).Should().BeEquivalentTo("later", "new");
        (await new Chat(Target).ReceiveAsync("c", cancellationToken: Cancelled)).Messages[^1].Text.Should().Be("sent");
    }

    [Fact]
    public async Task Each_message_that_was_trimmed_since_is_corrected_once_although_the_log_is_read_in_pieces()
    {
        var room = Chat.Room("c");
        await TransferChat.FillAsync(room, 2000, Cancelled);
        await ExportAsync();
        await InterruptedExport.InsideAsync(Folder, "c", 2, Cancelled);

        await room.TrimAsync(new RetentionPolicy { MaxMessages = 1850 }, cancellationToken: Cancelled);
        foreach (var id in Enumerable.Range(1001, 600))
        {
            await room.DeleteAsync(id, Actor.Application, cancellationToken: Cancelled);
        }

        await room.TrimAsync(new RetentionPolicy { MaxMessages = 1000 }, cancellationToken: Cancelled);
        await ExportAsync();

        var gone = (await File.ReadAllLinesAsync(Path.Combine(Folder, "000002.ndjson"), Cancelled))
            .Where(line => line.StartsWith("{\"f\":\"message\"", StringComparison.Ordinal) && line.EndsWith("\"v\":null}", StringComparison.Ordinal)).ToList();
        gone.Should().OnlyHaveUniqueItems().And.HaveCount(383 + 600, "three buckets were trimmed");
        await ImportAsync();
        (await new Chat(Target).ReceiveAsync("c", new MessageQuery(1000) { After = 0 }, Cancelled)).Messages[0].Id.Should().Be(384);
    }

    private Task<ExportResult> ExportAsync() => Transfer(Source).ExportAsync(Folder, cancellationToken: Cancelled);

    /// <summary>Imports, and finds the chat complete and as it was exported.</summary>
    private async Task<ImportResult> ImportAsync()
    {
        var imported = await Transfer(Target).ImportAsync(Folder, cancellationToken: Cancelled);
        (await Transfer(Target).VerifyAsync(Folder, cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        (await Transfer(Target).VerifyAsync(cancellationToken: Cancelled)).Differences.Should().BeEmpty();
        return imported;
    }

    private Task<ScheduledMessage> ScheduleAsync(string text, DateTimeOffset at) => Chat.Room("c").Schedule.AddAsync(new NewMessage("alice", text), at, Cancelled);

    private static async Task<IReadOnlyList<ScheduledMessage>> ScheduledAsync(RedisMessageStore store) => await new Chat(store).Room("c").Schedule.ListAsync("alice", Cancelled);

    /// <summary>Sends what is due, until one message was sent.</summary>
    private async Task SendDueAsync(ChatRoom room)
    {
        var position = (await room.ReceiveAsync(cancellationToken: Cancelled)).Position;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var sending = Chat.RunScheduleAsync(ending.Token);
        await foreach (var some in room.WatchAsync(position, Cancelled))
        {
            if (some is RoomEvent.Created)
            {
                break;
            }
        }

        await ending.CancelAsync();
        await FluentActions.Awaiting(() => sending).Should().ThrowAsync<OperationCanceledException>();
    }
}
