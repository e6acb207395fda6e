using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Members;

/// <summary>A ban against senders that race with it, and against sends whose answers were lost.</summary>
public sealed class BanTests : IAsyncLifetime
{
    private const string Room = "lobby";

    private RedisProcess _redis = null!;
    private FaultProxy _network = null!;
    private RedisMessageStore _store = null!;
    private RedisMessageStore _behindProxy = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private ChatRoom Target => new Chat(_store).Room(Room);

    private ChatRoom BehindProxy => new Chat(_behindProxy, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) }).Room(Room);

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisProcess.StartAsync();
        _network = new FaultProxy(_redis.Port);
        _store = new RedisMessageStore(ConfigurationOptions.Parse(_redis.Configuration));
        _behindProxy = new RedisMessageStore(ConfigurationOptions.Parse($"{_network.Configuration},asyncTimeout=500"));
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _behindProxy.DisposeAsync();
        await _network.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Against_64_senders_on_two_nodes_nothing_is_stored_after_the_ban_has_returned()
    {
        await using var node = new RedisMessageStore(ConfigurationOptions.Parse(_redis.Configuration));
        for (var run = 1; run <= 20; run++)
        {
            var here = new Chat(_store).Room($"race {run}");
            var there = new Chat(node).Room($"race {run}");
            using var underWay = new CountdownEvent(64);
            var senders = Enumerable.Range(0, 64).Select(n => Task.Run(() => FloodAsync(n % 2 == 0 ? here : there, n, underWay), Cancelled)).ToList();
            await Task.Run(() => underWay.Wait(Cancelled), Cancelled);

            await here.Members.BanAsync("bob", Actor.Application, cancellationToken: Cancelled);
            var end = (await here.ReceiveAsync(cancellationToken: Cancelled)).Position;
            var highest = (await Task.WhenAll(senders)).Max();

            highest.Should().BeLessThanOrEqualTo(end.MessageId, $"of run {run}");
            var now = (await here.ReceiveAsync(cancellationToken: Cancelled)).Position;
            now.Should().Be(end, $"neither a message nor an edit may follow in run {run}");
        }
    }

    [Fact]
    public async Task A_send_that_was_stored_before_the_ban_gets_its_receipt_although_the_answer_was_lost()
    {
        await Target.SendAsync("bob", "before", Cancelled);
        await BehindProxy.SendAsync("bob", "before", Cancelled);
        _network.SwallowAnswers(true);
        var send = BehindProxy.SendAsync("bob", "hello", Cancelled);
        await UntilLastIsAsync(3);
        await Target.Members.BanAsync("bob", Actor.Application, cancellationToken: Cancelled);
        _network.Cut();
        _network.SwallowAnswers(false);

        var receipt = await send;

        (receipt.Id, receipt.IsDuplicate).Should().Be((3, false));
        (await Target.ReceiveAsync(cancellationToken: Cancelled)).Messages.Should().HaveCount(3);
    }

    [Fact]
    public async Task In_a_room_with_rules_a_send_whose_answer_was_lost_is_stored_once()
    {
        await Target.Members.JoinAsync("bob", Cancelled);
        await BehindProxy.SendAsync("bob", "before", Cancelled);
        _network.SwallowAnswers(true);
        var send = BehindProxy.SendManyAsync([new("bob", "one"), new("bob", "two")], Cancelled);
        await UntilLastIsAsync(3);
        await Target.Members.BanAsync("bob", Actor.Application, cancellationToken: Cancelled);
        _network.Cut();
        _network.SwallowAnswers(false);

        var receipts = await send;

        receipts.Select(receipt => (receipt.Id, receipt.IsDuplicate)).Should().Equal((2, false), (3, false));
        (await Target.ReceiveAsync(cancellationToken: Cancelled)).Messages.Should().HaveCount(3);
    }

    [Fact]
    public async Task A_send_that_had_not_arrived_when_the_ban_returned_is_not_stored()
    {
        await BehindProxy.SendAsync("bob", "before", Cancelled);

        // Connected now: the ban must return before the sender repeats its call over a new connection.
        await Target.ReceiveAsync(cancellationToken: Cancelled);
        _network.HoldRequests();
        var send = BehindProxy.SendAsync("bob", "hello", Cancelled);
        await Target.Members.BanAsync("bob", Actor.Application, cancellationToken: Cancelled);
        _network.Cut();

        // The first attempt may have been stored, as far as its sender knows: the outcome is in doubt, or it is refused.
        var refused = await Assert.ThrowsAnyAsync<ChatException>(() => send);

        (refused is ChatForbiddenException or ChatUnavailableException { MayHaveHappened: true }).Should().BeTrue(refused.ToString());
        (await Target.ReceiveAsync(cancellationToken: Cancelled)).Messages.Should().ContainSingle();
    }

    private static async Task<long> FloodAsync(ChatRoom room, int sender, CountdownEvent underWay)
    {
        var highest = 0L;
        for (var n = 0; ; n++)
        {
            try
            {
                highest = Math.Max(highest, (sender % 4) switch
                {
                    0 => (await room.SendAsync("bob", "spam", Cancelled)).Id,
                    1 => (await room.SendAsync(new NewMessage("bob", "spam") { IdempotencyKey = $"{sender} {n}" }, Cancelled)).Id,
                    2 => (await room.SendManyAsync([new("bob", "spam"), new("bob", "spam")], Cancelled))[1].Id,
                    _ => (await room.EditAsync((await room.SendAsync("bob", "spam", Cancelled)).Id, "bob", "edited", Cancelled))!.Id,
                });
                if (n == 0)
                {
                    underWay.Signal();
                }
            }
            catch (ChatForbiddenException e) when (e.Reason == ForbiddenReason.Banned)
            {
                return highest;
            }
        }
    }

    private async Task UntilLastIsAsync(long id)
    {
        await foreach (var happened in Target.WatchAsync(RoomPosition.Start, Cancelled))
        {
            if (happened is RoomEvent.Created { Message: var message } && message.Id == id)
            {
                return;
            }
        }
    }
}
