namespace RedisChat.Conformance;

/// <summary>Does in a room what a chat leaves to background processes, with those processes, until it is done.</summary>
/// <param name="store">The store. No other test may use its upkeep and schedule.</param>
/// <param name="room">The room.</param>
/// <param name="cancelled">Is cancelled when the test is to be aborted.</param>
internal sealed class ConversationUpkeep(IMessageStore store, string room, CancellationToken cancelled)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(100);

    // It has no store of attachments, so notices of what messages no longer refer to stay where they can be compared. If an answer is lost, a claim ends soon.
    private readonly Chat _chat = new(
        store, new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(5), Upkeep = { PollInterval = Often, Lease = TimeSpan.FromSeconds(2) }, Schedule = { PollInterval = Often } });

    private IUpkeepStore Upkeep => store.GetAbility<IUpkeepStore>()!;

    /// <summary>Deletes messages that expire in a moment. All others live much longer.</summary>
    public Task ExpireAsync() => RunAsync(
        _chat.RunUpkeepAsync,
        async () => await store.GetAbility<IExpiryStore>()!.ReadExpiredAsync(room, 1, cancelled) is { Ids.Count: 0 } expired && (expired.Next is not { } next || next > TimeSpan.FromHours(1)));

    /// <summary>Trims the history by a setting of the room, which is removed again.</summary>
    /// <param name="policy">What stays.</param>
    /// <param name="oldest">The oldest message that stays.</param>
    public async Task TrimAsync(RetentionPolicy policy, long? oldest)
    {
        await SetAsync(policy);
        await RunAsync(_chat.RunUpkeepAsync, async () => await OldestAsync() == oldest);
        await SetAsync(null);
    }

    /// <summary>Trims the history as far as a policy allows, without the upkeep.</summary>
    /// <param name="policy">What stays, by number: no age is counted.</param>
    /// <returns>The oldest message that stays.</returns>
    public async Task<long?> TrimNowAsync(RetentionPolicy policy)
    {
        while ((await store.GetAbility<IRetentionStore>()!.TrimStepAsync(room, policy, DateTimeOffset.UnixEpoch, cancelled)).Next == TimeSpan.Zero)
        {
            // There is more.
        }

        return await OldestAsync();
    }

    /// <summary>Sends what a user has scheduled for <see cref="ConversationStep.Due"/>, or finds out why it cannot be sent.</summary>
    public Task SendDueAsync(string user) => RunAsync(
        _chat.RunScheduleAsync,
        async () => (await _chat.Room(room).Schedule.ListAsync(user, cancelled)).All(scheduled => scheduled.Failure is not null || scheduled.SendAt != ConversationStep.Due));

    private async Task<long?> OldestAsync() =>
        (await _chat.Room(room).ReceiveAsync(new MessageQuery(1) { After = 0 }, cancelled)).Messages is [var oldest] ? oldest.Id : null;

    private Task SetAsync(RetentionPolicy? policy) => RunAsync(
        static _ => Task.CompletedTask,
        async () => (await _chat.Rooms.DescribeAsync(room, Actor.Application, about => about with { Retention = policy }, cancelled)).Retention == policy);

    /// <summary>Runs a process until a condition holds.</summary>
    private async Task RunAsync(Func<CancellationToken, Task> process, Func<Task<bool>> condition)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        var running = process(end.Token);
        try
        {
            var start = TimeProvider.System.GetTimestamp();
            while (!await HoldsAsync(condition))
            {
                TimeProvider.System.GetElapsedTime(start).Should().BeLessThan(Patience, "the background process does its work");
                await Task.Delay(20, cancelled);
            }
        }
        finally
        {
            await end.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Whether a condition holds. While the store cannot be reached, it does not.</summary>
    private async Task<bool> HoldsAsync(Func<Task<bool>> condition)
    {
        try
        {
            if (await condition())
            {
                return true;
            }

            // What makes a room due may have been lost with an answer, or come a minute later.
            await Upkeep.AddRoomAsync(room, null, cancelled);
        }
        catch (ChatException)
        {
            // The next attempt follows.
        }

        return false;
    }
}
