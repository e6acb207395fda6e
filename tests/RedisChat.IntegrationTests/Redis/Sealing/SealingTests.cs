using System.Globalization;
using System.IO.Compression;
using RedisChat.IntegrationTests.Hostile;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Which buckets are sealed, when, and how Redis stores them.</summary>
public sealed class SealingTests(TestServer server)
{
    private const string Room = "lobby";

    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private readonly StoreLog _log = new();
    private readonly IDatabase _redis = server.Connection.GetDatabase();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Key(string part = "") => $"{_prefix}:{{{Room}}}{part}";

    [Fact]
    public async Task Only_full_buckets_behind_the_newest_are_sealed()
    {
        await using var store = NewStore(2);
        var chat = new Chat(store);

        await SendAsync(chat, store, 383);
        (await SealedAsync()).Should().BeEquivalentTo([0L]);
        (await OpenAsync(3)).Should().BeEquivalentTo([1L, 2L]);
        ((long)await _redis.HashGetAsync(Key(), "sealed")).Should().Be(1);

        await SendAsync(chat, store, 1);
        (await SealedAsync()).Should().BeEquivalentTo([0L, 1L]);
        (await OpenAsync(4)).Should().BeEquivalentTo([2L, 3L]);
    }

    [Fact]
    public async Task A_sealed_bucket_is_stored_as_documented()
    {
        await using var store = NewStore(1);
        var chat = new Chat(store);
        await SendAsync(chat, store, 256, n => n == 5 ? "Grüße \"x\"\n😀" : $"text {n}");
        var open = await _redis.HashGetAllAsync(Key(":m:2"));
        await chat.DeleteAsync(Room, 130, Actor.Application, cancellationToken: Cancelled);
        await chat.DeleteAsync(Room, 255, Actor.Application, cancellationToken: Cancelled);
        var edited = await chat.EditAsync(Room, 128, Author(127), "edited", Cancelled);

        var field = (byte[])(await _redis.HashGetAsync(Key(":sealed"), 1))!;
        field[0].Should().Be(1);
        await using var decompressed = new BrotliStream(new MemoryStream(field[1..]), CompressionMode.Decompress);
        var text = await new StreamReader(decompressed).ReadToEndAsync(Cancelled);
        text.Should().EndWith("\n");
        var lines = text.TrimEnd('\n').Split('\n');
        lines.Should().HaveCount(126);
        lines[0].Should().MatchRegex("""^\{"t":\d{16},"u":"user1","c":"edited","v":2,"e":\d{16}\}$""").And.Contain($"{Micros(edited!.EditedAt!.Value)}");
        lines[1].Should().MatchRegex("""^\{"t":\d{16},"u":"user2","c":"text 128"\}$""");
        lines[2].Should().MatchRegex("""^131\{"t":\d{16},"u":"user4","c":"text 130"\}$""");
        lines[3].Should().MatchRegex("""^\{"t":\d{16},"u":"user5","c":"text 131"\}$""");
        open.Should().ContainSingle("the newest bucket stays open");

        var first = (byte[])(await _redis.HashGetAsync(Key(":sealed"), 0))!;
        await using var stream = new BrotliStream(new MemoryStream(first[1..]), CompressionMode.Decompress);
        var values = (await new StreamReader(stream).ReadToEndAsync(Cancelled)).Split('\n');
        values[0].Should().StartWith("1{");
        values[5].Should().EndWith(""","c":"Grüße \"x\"\n😀"}""");
    }

    [Fact]
    public async Task With_sealing_off_nothing_is_sealed_but_buckets_that_others_sealed_are_read_and_changed()
    {
        await using var off = NewStore(null);
        var chat = new Chat(off);
        await SendAsync(chat, off, 300);
        (await SealedAsync()).Should().BeEmpty();
        (await OpenAsync(3)).Should().HaveCount(3);
        (await _redis.HashExistsAsync(Key(), "sealed")).Should().BeFalse();

        await using var on = NewStore(1);
        await SendAsync(new Chat(on), on, 100);
        (await SealedAsync()).Should().BeEquivalentTo([0L, 1L, 2L]);

        (await chat.ReceiveAsync(Room, new MessageQuery { Limit = 1000 }, Cancelled)).Messages.Should().HaveCount(400);
        (await chat.EditAsync(Room, 7, Author(6), "edited", Cancelled))!.Text.Should().Be("edited");
        (await chat.DeleteAsync(Room, 8, Author(7), cancellationToken: Cancelled)).Should().BeTrue();
        (await new Chat(on).GetAsync(Room, 7, Cancelled))!.Text.Should().Be("edited");
    }

    [Fact]
    public async Task Buckets_from_before_sealing_was_on_are_sealed_too_oldest_first()
    {
        await using var off = NewStore(null);
        await SendAsync(new Chat(off), off, 1000);
        await using var on = NewStore(3);

        // This send starts bucket 8.
        await SendAsync(new Chat(on), on, 30);

        (await SealedAsync()).Should().BeEquivalentTo(Enumerable.Range(0, 6).Select(n => (long)n));
        (await OpenAsync(9)).Should().BeEquivalentTo([6L, 7L, 8L]);
    }

    [Fact]
    public async Task A_bucket_that_would_not_shrink_stays_open_and_later_ones_are_sealed()
    {
        const string Symbols = "!#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";
        var random = new Random(1);
        await using var store = NewStore(1);
        var chat = new Chat(store);
        await SendAsync(chat, store, 127);
        await SendAsync(chat, store, 128, _ => string.Concat(Enumerable.Range(0, 2000).Select(_ => Symbols[random.Next(Symbols.Length)])));
        await SendAsync(chat, store, 200);

        (await SealedAsync()).Should().BeEquivalentTo([0L, 2L]);
        (await OpenAsync(4)).Should().BeEquivalentTo([1L, 3L]);
        ((long)await _redis.HashGetAsync(Key(), "sealed")).Should().Be(3);
        await AllAreThereAsync(chat, 455);
        (await chat.EditAsync(Room, 130, Author(2), "short", Cancelled))!.Text.Should().Be("short");
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("too long")]
    [InlineData("another program's field")]
    [InlineData("no message")]
    [InlineData("a list")]
    public async Task A_bucket_that_cannot_be_sealed_stays_as_it_is_and_later_ones_are_sealed(string what)
    {
        await using var off = NewStore(null);
        var chat = new Chat(off);
        await SendAsync(chat, off, 127, _ => what == "too long" ? new string('x', 9000) : "hello");
        await SpoilFirstBucketAsync(chat, what);
        var before = await RoomDump.TakeAsync(server.Connection, Key(":m:0"));

        await using var on = NewStore(1);
        await SendAsync(new Chat(on), on, 200);

        _log.Of("SealingFailed").Should().BeEmpty();
        (await SealedAsync()).Should().BeEquivalentTo([1L]);
        ((long)await _redis.HashGetAsync(Key(), "sealed")).Should().Be(2);
        (await RoomDump.TakeAsync(server.Connection, Key(":m:0"))).Should().Equal(before);
    }

    [Fact]
    public async Task A_last_id_that_is_far_too_high_does_not_keep_sealing_busy_forever()
    {
        await using var store = NewStore(1);
        var chat = new Chat(store);
        await SendAsync(chat, store, 200);
        await _redis.HashSetAsync(Key(), "last", (1L << 52) - 1);

        await SendAsync(chat, store, 1);

        ((long)await _redis.HashGetAsync(Key(), "sealed")).Should().BeInRange(100, 10_000);
        (await SealedAsync()).Should().BeEquivalentTo([0L, 1L]);
    }

    [Fact]
    public async Task When_memory_is_full_sealing_makes_room()
    {
        await using var redis = await RedisProcess.StartAsync("--maxmemory-policy", "noeviction");
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection, new RedisStoreOptions { SealAfter = null });
        await SendAsync(new Chat(store), store, 300);
        await connection.GetServers()[0].ConfigSetAsync("maxmemory", "1");

        await using var sealer = new BucketSealer(
            StoreContexts.Make(RedisConnection.Shared(connection), new RedisStoreOptions { SealAfter = 1 }, _log));
        sealer.Notice(Room, 256, 256);
        await sealer.IdleAsync();

        _log.Of("SealingFailed").Should().BeEmpty();
        (await connection.GetDatabase().HashLengthAsync("chatroom:{lobby}:sealed")).Should().Be(2);
        var chat = new Chat(store);
        (await chat.DeleteAsync(Room, 5, Author(4), cancellationToken: Cancelled)).Should().BeTrue();
        await Assert.ThrowsAsync<ChatStoreFullException>(() => chat.EditAsync(Room, 6, Author(5), "longer", Cancelled));
        (await chat.ReceiveAsync(Room, new MessageQuery { Limit = 1000 }, Cancelled)).Messages.Should().HaveCount(299);
    }

    [Fact]
    public async Task A_key_of_sealed_buckets_with_another_type_is_reported_and_keeps_everything_open()
    {
        await _redis.StringSetAsync(Key(":sealed"), "another program's");
        await using var store = NewStore(1);
        var chat = new Chat(store);
        await SendAsync(chat, store, 200);

        _log.Of("SealingFailed").Should().NotBeEmpty();
        (await OpenAsync(2)).Should().HaveCount(2);
        (await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Messages.Should().HaveCount(50);
        (await chat.GetAsync(Room, 1, Cancelled)).Should().NotBeNull();
        await Assert.ThrowsAsync<ChatDataException>(() => chat.ReceiveAsync(Room, new MessageQuery { Before = 100 }, Cancelled));
    }

    [Theory]
    [InlineData(-7)]
    [InlineData(7)]
    public async Task A_process_whose_clock_is_off_by_hours_still_edits_sealed_messages(int hours)
    {
        await using var store = new RedisMessageStore(
            RedisConnection.Shared(server.ChatConnection), new RedisStoreOptions { KeyPrefix = _prefix, SealAfter = 1 }, null, new WrongClock(hours));
        var chat = new Chat(store);
        await SendAsync(chat, store, 200);
        var before = await server.Connection.GetServers()[0].TimeAsync();

        var edits = await Task.WhenAll(Enumerable.Range(1, 20).Select(n => chat.EditAsync(Room, n, Author(n - 1), "edited", Cancelled)));

        var after = await server.Connection.GetServers()[0].TimeAsync();
        edits.Select(message => message!.EditedAt).Should().OnlyHaveUniqueItems();
        edits.Should().OnlyContain(message => message!.EditedAt >= before.AddSeconds(-1) && message.EditedAt <= after.AddSeconds(2));
    }

    private static async Task AllAreThereAsync(Chat chat, int count)
    {
        var ids = new List<long>();
        await foreach (var message in chat.ReceiveAllAsync(Room, cancellationToken: Cancelled))
        {
            ids.Add(message.Id);
        }

        ids.Should().Equal(Enumerable.Range(1, count).Select(n => (long)n));
    }

    private async Task SpoilFirstBucketAsync(Chat chat, string what)
    {
        switch (what)
        {
            case "deleted":
                await Task.WhenAll(Enumerable.Range(1, 127).Select(id => chat.DeleteAsync(Room, id, Actor.Application, cancellationToken: Cancelled)));
                break;
            case "another program's field":
                await _redis.HashSetAsync(Key(":m:0"), "note", "mine");
                break;
            case "no message":
                await _redis.HashSetAsync(Key(":m:0"), 5, "{}");
                break;
            case "a list":
                await _redis.KeyDeleteAsync(Key(":m:0"));
                await _redis.ListLeftPushAsync(Key(":m:0"), "mine");
                break;
        }
    }

    private static string Author(int number) => $"user{number % 7}";

    private static long Micros(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private sealed class WrongClock(int hours) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddHours(hours);
    }

    private static async Task SendAsync(Chat chat, RedisMessageStore store, int count, Func<int, string>? text = null)
    {
        for (var sent = 0; sent < count; sent += 100)
        {
            var batch = Enumerable.Range(sent, Math.Min(100, count - sent)).Select(n => new NewMessage(Author(n), text?.Invoke(n) ?? $"This is message {n}."));
            await chat.SendManyAsync(Room, [.. batch], Cancelled);
        }

        await store.SealedAsync();
    }

    private async Task<IEnumerable<long>> SealedAsync() =>
        (await _redis.HashKeysAsync(Key(":sealed"))).Select(field => long.Parse((string)field!, CultureInfo.InvariantCulture));

    private async Task<IEnumerable<long>> OpenAsync(int buckets)
    {
        var open = new List<long>();
        for (var bucket = 0; bucket < buckets; bucket++)
        {
            if (await _redis.KeyExistsAsync(Key($":m:{bucket}")))
            {
                open.Add(bucket);
            }
        }

        return open;
    }

    private RedisMessageStore NewStore(int? sealAfter) => new(
        RedisConnection.Shared(server.ChatConnection), new RedisStoreOptions { KeyPrefix = _prefix, SealAfter = sealAfter }, null, null, _log);
}
