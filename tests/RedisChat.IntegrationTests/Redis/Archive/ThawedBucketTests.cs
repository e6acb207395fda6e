using System.Globalization;
using RedisChat.IntegrationTests.Conformance;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Archive;

/// <summary>More buckets are put back from the archive than one step moves: 16.</summary>
public sealed class ThawedBucketTests(TestServer server) : IAsyncLifetime
{
    private const string Room = "lobby";
    private const int AtOnce = 16;
    private const int Sent = 44 * 128;

    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private readonly InterruptedArchive _archive = new(new MemoryArchive());
    private RedisMessageStore _store = null!;
    private Chat _chat = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static ArchivePolicy Policy => new() { KeepMessages = 1 };

    private IDatabase Database => server.Connection.GetDatabase();

    private string Thawed => $"{_prefix}:{{{Room}}}:thawed";

    public async ValueTask InitializeAsync()
    {
        _store = new RedisMessageStore(ConfigurationOptions.Parse(server.Require()), new RedisStoreOptions { KeyPrefix = _prefix, SealAfter = 1 });
        (_store.Archiving.Margin, _store.Archiving.Rest) = (TimeSpan.Zero, TimeSpan.Zero);
        _chat = new Chat(_store, archive: _archive);
        for (var sent = 0; sent < Sent; sent += 128)
        {
            await _chat.SendManyAsync(Room, [.. Enumerable.Range(sent + 1, 128).Select(n => new NewMessage("alice", n.ToString(CultureInfo.InvariantCulture)))], Cancelled);
        }

        await _store.SealedAsync();
        await ArchivingStores.ArchiveAsync(_store, Room);
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task The_first_ones_that_were_put_back_go_first_16_in_a_step_and_the_next_step_follows_at_once()
    {
        // In descending order, so that the oldest ones are not those with the lowest numbers.
        for (var bucket = 39; bucket >= 0; bucket--)
        {
            (await _chat.EditAsync(Room, (bucket * 128) + 1, Actor.Application, $"edited {bucket}", cancellationToken: Cancelled)).Should().NotBeNull();
        }

        (await Database.HashLengthAsync(Thawed)).Should().Be(40);
        await AllAreThereAsync();
        foreach (var (moved, left) in new[] { (AtOnce, 24), (AtOnce, 8), (8, 0) })
        {
            var step = await _store.Archiving.ArchiveStepAsync(Room, Policy, Cancelled);

            (step.Moved, step.Next).Should().Be((moved, TimeSpan.Zero));
            (await Database.HashKeysAsync(Thawed)).Select(number => (int)number).Should().BeEquivalentTo(Enumerable.Range(0, left));
            await AllAreThereAsync();
        }

        (await _store.Archiving.ArchiveStepAsync(Room, Policy, Cancelled)).Should().Be(new ArchivedStep(0, null));
        await AllAreThereAsync();

        async Task AllAreThereAsync()
        {
            var texts = await TextsAsync();
            texts.Should().HaveCount(Sent);
            texts.Where(text => text.StartsWith("edited ", StringComparison.Ordinal)).Should().Equal(Enumerable.Range(0, 40).Select(bucket => $"edited {bucket}"));
        }
    }

    [Fact]
    public async Task Buckets_that_have_not_rested_yet_hold_up_none_that_have()
    {
        for (var bucket = 0; bucket < 20; bucket++)
        {
            await _chat.EditAsync(Room, (bucket * 128) + 1, Actor.Application, $"edited {bucket}", cancellationToken: Cancelled);
        }

        _store.Archiving.Rest = TimeSpan.FromMinutes(1);
        var early = await _store.Archiving.ArchiveStepAsync(Room, Policy, Cancelled);

        // Three of them were put back long ago.
        var ago = (Micros.FromTime(DateTimeOffset.UtcNow.AddMinutes(-2))).ToString(CultureInfo.InvariantCulture);
        foreach (var bucket in new[] { 7, 17, 19 })
        {
            var mark = (string)(await Database.HashGetAsync(Thawed, bucket))!;
            await Database.HashSetAsync(Thawed, bucket, ago + mark[16..]);
        }

        var late = await _store.Archiving.ArchiveStepAsync(Room, Policy, Cancelled);

        early.Moved.Should().Be(0);
        early.Next.Should().BePositive().And.BeLessThanOrEqualTo(TimeSpan.FromMinutes(1));
        late.Moved.Should().Be(3);
        (await Database.HashKeysAsync(Thawed)).Select(number => (int)number).Should().BeEquivalentTo(Enumerable.Range(0, 20).Except([7, 17, 19]));
    }

    [Fact]
    public async Task A_deletion_in_more_buckets_than_one_step_may_put_back_takes_several()
    {
        var ids = Enumerable.Range(0, 40).Select(bucket => (bucket * 128L) + 1).ToArray();
        var reports = new List<long>();

        var done = await _chat.Room(Room).DeleteManyAsync(MessageSelection.Of(ids), Actor.Application, progress: new Reports(reports), cancellationToken: Cancelled);

        done.Deleted.Should().Be(40);
        reports.Should().HaveCountGreaterThan(1, "a step puts back 32 at most");
        (await Database.HashLengthAsync(Thawed)).Should().Be(40);
        (await TextsAsync()).Should().HaveCount(Sent - 40);
        (await _chat.Rooms.GetInfoAsync(Room, Cancelled)).Messages.Should().Be(Sent - 40);
        await ArchivingStores.ArchiveAsync(_store, Room);
        (await Database.KeyExistsAsync(Thawed)).Should().BeFalse();
        (await TextsAsync()).Should().HaveCount(Sent - 40);
    }

    private async Task<List<string>> TextsAsync()
    {
        var texts = new List<string>();
        await foreach (var message in _chat.ReceiveAllAsync(Room, cancellationToken: Cancelled))
        {
            texts.Add(message.Text);
        }

        return texts;
    }

    private sealed class Reports(List<long> all) : IProgress<DeletionProgress>
    {
        public void Report(DeletionProgress value) => all.Add(value.Deleted);
    }
}
