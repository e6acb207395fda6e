using System.IO.Compression;
using System.Text;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Hostile;

/// <summary>Garbage in place of a sealed bucket is reported, fails no page and takes no memory.</summary>
public sealed class SealedGarbageTests(TestServer server) : IAsyncLifetime
{
    private const string Room = "lobby";
    private const string Good = """{"t":1795418409447122,"u":"alice","c":"good"}""";

    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private readonly IDatabase _redis = server.Connection.GetDatabase();
    private RedisMessageStore _store = null!;
    private Chat _chat = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string> Bad =>
    [
        "empty", "version only", "another version", "cut", "random bytes", "something behind", "a bomb", "nothing in it", "no line end", "no value",
        "an id of another bucket", "an id below", "ids descending", "an id twice", "a long id", "an empty line", "a newline in the value",
    ];

    public async ValueTask InitializeAsync()
    {
        _store = new RedisMessageStore(server.ChatConnection, new RedisStoreOptions { KeyPrefix = _prefix, SealAfter = 1 });
        _chat = new Chat(_store);
        for (var i = 0; i < 4; i++)
        {
            await _chat.SendManyAsync(Room, [.. Enumerable.Repeat(new NewMessage("alice", "hello"), 100)], Cancelled);
        }

        await _store.SealedAsync();
        (await _redis.HashLengthAsync(Key(":sealed"))).Should().Be(3);
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_field_that_is_not_a_sealed_bucket_is_reported_and_the_rest_is_read(string what)
    {
        await _redis.HashSetAsync(Key(":sealed"), 1, Field(what));
        var before = await RoomDump.TakeAsync(server.Connection, _prefix);

        var page = await _chat.ReceiveAsync(Room, new MessageQuery { Limit = 1000 }, Cancelled);

        page.Messages.Select(message => message.Id).Should().Equal(Enumerable.Range(1, 400).Where(id => id / 128 != 1).Select(id => (long)id));
        page.Unreadable.Select(message => message.Id).Should().Equal(Enumerable.Range(128, 128).Select(id => (long?)id));
        page.Unreadable.Should().OnlyContain(message => message.Key == Key(":sealed") && message.Field == "1");
        (await _chat.ReceiveAsync(Room, new MessageQuery { User = "alice", Before = 300, Limit = 60 }, Cancelled)).Messages.Should().HaveCount(60);
        (await Assert.ThrowsAsync<ChatDataException>(() => _chat.GetAsync(Room, 130, Cancelled))).Key.Should().Be(Key(":sealed"));
        await Assert.ThrowsAsync<ChatDataException>(() => _chat.EditAsync(Room, 130, "alice", "x", Cancelled));
        await Assert.ThrowsAsync<ChatDataException>(() => _chat.DeleteAsync(Room, 130, "alice", cancellationToken: Cancelled));
        (await RoomDump.TakeAsync(server.Connection, _prefix)).Should().Equal(before);
        (await _chat.GetAsync(Room, 127, Cancelled)).Should().NotBeNull();
    }

    [Fact]
    public async Task A_value_in_a_sealed_bucket_that_is_not_a_message_is_reported_and_the_others_are_read()
    {
        await _redis.HashSetAsync(Key(":sealed"), 1, Sealed($"{Good}\nnothing\n{Good}\n200{Good}\n[]\n"));

        var page = await _chat.ReceiveAsync(Room, new MessageQuery { After = 127, Limit = 4 }, Cancelled);

        page.Messages.Select(message => message.Id).Should().Equal(128, 130, 200, 256);
        page.Unreadable.Select(message => message.Id).Should().Equal(129, 201);
        page.Unreadable.Should().OnlyContain(message => message.Key == Key(":sealed") && message.Field == "1");
        (await _chat.GetAsync(Room, 130, Cancelled))!.Text.Should().Be("good");
        (await _chat.GetAsync(Room, 131, Cancelled)).Should().BeNull();
        await Assert.ThrowsAsync<ChatDataException>(() => _chat.GetAsync(Room, 129, Cancelled));
        await Assert.ThrowsAsync<ChatDataException>(() => _chat.DeleteAsync(Room, 201, Actor.Application, cancellationToken: Cancelled));

        // An unreadable value is kept as it is when another message is changed.
        (await _chat.EditAsync(Room, 130, "alice", "better", Cancelled))!.Text.Should().Be("better");
        (await _chat.DeleteAsync(Room, 200, "alice", cancellationToken: Cancelled)).Should().BeTrue();
        var lines = Unsealed((byte[])(await _redis.HashGetAsync(Key(":sealed"), 1))!).Split('\n');
        lines.Should().HaveCount(5);
        (lines[1], lines[3]).Should().Be(("nothing", "201[]"));
    }

    [Fact]
    public async Task A_change_of_an_unreadable_message_is_not_reported_as_a_deletion()
    {
        var seen = (await _chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Position;
        await _chat.EditAsync(Room, 130, "alice", "edited", Cancelled);
        await _chat.EditAsync(Room, 3, "alice", "edited", Cancelled);
        await _redis.HashSetAsync(Key(":sealed"), 1, "garbage");

        var changes = await _chat.ReadChangesAsync(Room, seen, cancellationToken: Cancelled);

        changes.Events.Should().ContainSingle().Which.Should().BeOfType<RoomEvent.Edited>().Which.Message.Id.Should().Be(3);
    }

    [Fact]
    public async Task Bytes_changed_anywhere_in_a_sealed_bucket_fail_no_page()
    {
        var field = (byte[])(await _redis.HashGetAsync(Key(":sealed"), 1))!;
        await Fuzz.RunAsync(async random =>
        {
            await _redis.HashSetAsync(Key(":sealed"), 1, random.Mutated(field));

            var page = await _chat.ReceiveAsync(Room, new MessageQuery { After = random.Next(1, 300), Limit = random.Next(1, 300) }, Cancelled);

            page.Messages.Select(message => message.Id).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
            page.Unreadable.Should().NotContain(message => message.Id / 128 != 1 || message.Key != Key(":sealed") || message.Field != "1");
        });
    }

    private static byte[] Field(string what) => what switch
    {
        "empty" => [],
        "version only" => [1],
        "another version" => [2, .. Sealed($"{Good}\n")[1..]],
        "cut" => Sealed($"{Good}\n{Good}\n")[..^5],
        "random bytes" => [1, .. new Random(1).Bytes(300)],
        "something behind" => [.. Sealed($"{Good}\n"), 0, 0],
        "a bomb" => Bomb(),
        "nothing in it" => Sealed(""),
        "no line end" => Sealed($"{Good}\n{Good}"),
        "no value" => Sealed($"{Good}\n130\n"),
        "an id of another bucket" => Sealed($"{Good}\n256{Good}\n"),
        "an id below" => Sealed($"127{Good}\n"),
        "ids descending" => Sealed($"140{Good}\n139{Good}\n"),
        "an id twice" => Sealed($"140{Good}\n140{Good}\n"),
        "a long id" => Sealed($"{new string('9', 400)}{Good}\n"),
        "an empty line" => Sealed($"{Good}\n\n{Good}\n"),
        "a newline in the value" => Sealed("""{"t":1,"u":"alice","c":"x""" + "\n\n\"}\n"),
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
    };

    /// <summary>A few kilobytes that unpack to a gigabyte.</summary>
    private static byte[] Bomb()
    {
        var packed = new MemoryStream();
        packed.WriteByte(1);
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[1 << 24];
            for (var i = 0; i < 64; i++)
            {
                brotli.Write(zeros);
            }
        }

        return packed.ToArray();
    }

    private static byte[] Sealed(string lines)
    {
        var packed = new MemoryStream();
        packed.WriteByte(1);
        using (var brotli = new BrotliStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            brotli.Write(Encoding.UTF8.GetBytes(lines));
        }

        return packed.ToArray();
    }

    private static string Unsealed(byte[] field)
    {
        using var reader = new StreamReader(new BrotliStream(new MemoryStream(field[1..]), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }

    private string Key(string part) => $"{_prefix}:{{{Room}}}{part}";
}
