namespace RedisChat.IntegrationTests.Redis.Transfer;

/// <summary>Scheduled messages that become due while their room is exported.</summary>
public sealed class ScheduledTransferTests(TestServer server) : TransferTestBase(server)
{
    private const int Count = 90;

    [Fact]
    public async Task Each_scheduled_message_is_in_an_export_once_either_scheduled_or_sent()
    {
        var chat = new Chat(Source, new ChatOptions { Schedule = { PollInterval = TimeSpan.FromMilliseconds(100) } });
        await TransferChat.FillAsync(chat.Room("large"), 3000, Cancelled);
        await chat.SendAsync("large", "alice", "parent", Cancelled);
        await chat.Room("large").Thread(3001).SendAsync("alice", "reply", Cancelled);
        ChatRoom[] rooms = [chat.Room("large"), chat.Room("large").Thread(3001)];
        var begin = DateTimeOffset.UtcNow.AddSeconds(1);
        foreach (var n in Enumerable.Range(0, Count))
        {
            await rooms[n % 2].Schedule.AddAsync(new NewMessage("alice", $"scheduled {n}"), begin.AddMilliseconds(20 * n), Cancelled);
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var sending = chat.RunScheduleAsync(ending.Token);
        var exports = 0;
        while ((await chat.Room("large").Schedule.ListAsync("alice", Cancelled)).Count > 0)
        {
            await Transfer(Source).ExportAsync(Path.Combine(Folder, $"{exports++}"), cancellationToken: Cancelled);
        }

        await ending.CancelAsync();
        await FluentActions.Awaiting(() => sending).Should().ThrowAsync<OperationCanceledException>();
        foreach (var run in Enumerable.Range(0, exports))
        {
            await using var store = NewStore($"{TargetPrefix}-{run}");
            await Transfer(store).ImportAsync(Path.Combine(Folder, $"{run}"), cancellationToken: Cancelled);
            (await TextsAsync(new Chat(store))).Should().BeEquivalentTo(Enumerable.Range(0, Count).Select(n => $"scheduled {n}"));
        }
    }

    /// <summary>The texts of all messages that were or are scheduled.</summary>
    private static async Task<List<string>> TextsAsync(Chat chat)
    {
        var texts = new List<string>();
        foreach (var room in new[] { chat.Room("large"), chat.Room("large").Thread(3001) })
        {
            texts.AddRange((await room.Schedule.ListAsync("alice", Cancelled)).Select(scheduled => scheduled.Message.Text));
            texts.AddRange((await room.ReceiveAsync(new MessageQuery(200), Cancelled)).Messages.Select(message => message.Text).Where(text => text.StartsWith("scheduled", StringComparison.Ordinal)));
        }

        return texts;
    }
}
