using System.Text;
using RedisChat.Search.Sqlite;

namespace RedisChat.Tests.Search;

/// <summary>The contract of an index, on SQLite, and what only a file has.</summary>
public sealed class SqliteIndexTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("redischat-index-");
    private SqliteMessageIndex _index;

    public SqliteIndexTests() => _index = Open();

    private string File => Path.Combine(_directory.FullName, "search.db");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _index.Dispose();
        _directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData("hello world", "WORLD hello")]
    [InlineData("Crème brûlée", "creme brulee")]
    [InlineData("cre\u0300me", "crème")]
    [InlineData("the release notes", "release not")]
    [InlineData("我喜欢喝茶", "喝茶")]
    [InlineData("我喜欢喝茶", "茶")]
    [InlineData("今日はとても暑いです", "暑い")]
    [InlineData("カタカナ", "タカ")]
    [InlineData("안녕하세요", "하세")]
    [InlineData("ภาษาไทยง่ายนิดเดียว", "ไทย")]
    [InlineData("हिन्दी में लिखा", "हिन्दी")]
    [InlineData("שלום עולם", "עולם")]
    [InlineData("مرحبا بالعالم", "مرحبا")]
    [InlineData("version 1.2.3-beta", "1.2.3")]
    [InlineData("mail bob@example.com", "bob@example.com")]
    [InlineData("great 👍🏽 work", "👍")]
    [InlineData("great 👍🏽work", "work")]
    [InlineData("with ❤️", "❤")]
    [InlineData("with ❤", "❤️")]
    [InlineData("mixed漢字text", "漢字")]
    [InlineData("mixed漢字text", "mixed")]
    [InlineData("ПРИВЕТ мир", "привет")]
    [InlineData("a \"quoted\" AND word*", "\"quoted\" AND word*")]
    [InlineData("NEAR(a b) text : {x}", "NEAR(a b) text : {x}")]
    public async Task A_text_is_found_by_its_words(string text, string search)
    {
        await AddAsync("lobby", 1, text);

        (await FindAsync(search)).Should().Equal(1);
        (await _index.HighlightAsync(search, [text, "another text"], Cancelled))[1].Should().BeEmpty();
    }

    [Theory]
    [InlineData("hello world", "hello worm")]
    [InlineData("hello world", "hell world")]
    [InlineData("hello world", "wor ")]
    [InlineData("我喜欢喝茶", "茶喝")]
    [InlineData("hello", "hello OR nothing")]
    [InlineData("hello", "-hello NOT")]
    [InlineData("hello", "text:hello tags")]
    [InlineData("hello", "r1")]
    [InlineData("hello", "\" \" ' ; -- *")]
    [InlineData("hello", "")]
    [InlineData("hello", " \t")]
    [InlineData("hello", "\u0001\u0002\u0003")]
    public async Task Other_words_do_not_find_it(string text, string search)
    {
        await AddAsync("lobby", 1, text);

        (await FindAsync(search)).Should().BeEmpty();
        (await _index.HighlightAsync(search, [text], Cancelled)).Should().ContainSingle().Which.Should().BeEmpty();
    }

    [Theory]
    [InlineData("hello world, Hello", "hello", "0-5 13-5")]
    [InlineData("我喜欢喝茶", "喝茶", "3-2")]
    [InlineData("👍 crème\u0001\u0002 brûlée", "brulee", "11-6")]
    [InlineData("re\u0301sume\u0301 done", "resume", "0-8")]
    [InlineData("releases", "rel", "0-8")]
    [InlineData("\0茶\uFE0F茶", "茶", "1-1 3-1")]
    public async Task Highlights_are_ranges_of_the_text(string text, string search, string expected)
    {
        var ranges = (await _index.HighlightAsync(search, ["nothing", text], Cancelled))[1];

        string.Join(' ', ranges.Select(range => $"{range.Start}-{range.Length}")).Should().Be(expected);
    }

    [Fact]
    public async Task A_long_text_is_found_at_its_end()
    {
        var text = string.Concat(Enumerable.Repeat("word 字 😀 ", 6000)) + "needle";
        Encoding.UTF8.GetByteCount(text).Should().BeGreaterThan(64 * 1024);
        await AddAsync("lobby", 1, text);

        (await FindAsync("needle")).Should().Equal(1);
        (await _index.HighlightAsync("needle", [text], Cancelled))[0].Should().Equal(new TextRange(text.Length - 6, 6));
    }

    [Fact]
    public async Task Hits_are_by_room_with_its_threads_by_user_and_by_time_newest_first()
    {
        await AddAsync("one", 1, "tea", "alice", Noon);
        await AddAsync("one", 2, "tea", "bob", Noon.AddMinutes(1));
        await AddAsync("two", 3, "tea", "alice", Noon.AddMinutes(2));
        await AddAsync(new ThreadId("one", 1).RoomId, 4, "tea", "böb:{}", Noon.AddMinutes(3));
        await AddAsync(new ThreadId("unknown", 1).RoomId, 5, "tea", "a", Noon.AddMinutes(4));

        (await FindAsync("tea")).Should().Equal(5, 4, 3, 2, 1);
        (await FindAsync(new IndexQuery { Text = "tea", Rooms = ["one"], Limit = 10 })).Should().Equal(4, 2, 1);
        (await FindAsync(new IndexQuery { Text = "tea", Rooms = [new ThreadId("one", 1).RoomId, "two"], Limit = 10 })).Should().Equal(4, 3);
        (await FindAsync(new IndexQuery { Text = "tea", Rooms = ["unknown"], Limit = 10 })).Should().Equal(5);
        (await FindAsync(new IndexQuery { Text = "tea", Rooms = ["nowhere"], Limit = 10 })).Should().BeEmpty();
        (await FindAsync(new IndexQuery { Text = "tea", Rooms = [], Limit = 10 })).Should().BeEmpty();
        (await FindAsync(new IndexQuery { Text = "tea", User = "alice", Limit = 10 })).Should().Equal(3, 1);
        (await FindAsync(new IndexQuery { Text = "tea", User = "böb:{}", Limit = 10 })).Should().Equal(4);
        (await FindAsync(new IndexQuery { Text = "tea", From = Noon.AddMinutes(1), To = Noon.AddMinutes(3), Limit = 10 })).Should().Equal(3, 2);
        (await FindAsync(new IndexQuery { Text = "tea", Limit = 2 })).Should().Equal(5, 4);
        var second = (await _index.FindAsync(new IndexQuery { Text = "tea", Limit = 2 }, Cancelled))[1];
        (await FindAsync(new IndexQuery { Text = "tea", Before = second.Place, Limit = 2 })).Should().Equal(3, 2);
        (await _index.ListRoomsAsync(Cancelled)).Should().BeEquivalentTo("one", "two", new ThreadId("one", 1).RoomId, new ThreadId("unknown", 1).RoomId);
    }

    [Fact]
    public async Task Messages_of_the_same_time_are_all_found_once()
    {
        var messages = Enumerable.Range(1, 3000).Select(id => NewMessage(id, "same", "alice", Noon)).ToArray();
        await ApplyAsync(new IndexBatch { Room = "one", Messages = messages, Position = At(3000) });
        await ApplyAsync(new IndexBatch { Room = "two", Messages = messages, Position = At(3000) });

        var found = new List<IndexHit>();
        while (await _index.FindAsync(new IndexQuery { Text = "same", From = Noon, To = Noon.AddTicks(10), Before = found.LastOrDefault().Place is > 0 and var place ? place : null, Limit = 500 }, Cancelled) is { Count: > 0 } more)
        {
            found.AddRange(more);
        }

        found.Select(hit => (hit.Room, hit.MessageId)).Should().OnlyHaveUniqueItems().And.HaveCount(6000);
        found.Select(hit => hit.Place).Should().BeInDescendingOrder();
    }

    [Fact]
    public async Task A_batch_is_applied_only_where_it_begins()
    {
        await AddAsync("lobby", 1, "first");

        (await _index.ApplyAsync(new IndexBatch { Room = "lobby", After = null, Messages = [NewMessage(2, "second")], Position = At(2) }, Cancelled)).Should().BeFalse();
        (await _index.ApplyAsync(new IndexBatch { Room = "lobby", After = At(2), Messages = [NewMessage(2, "second")], Position = At(3) }, Cancelled)).Should().BeFalse();
        (await FindAsync("second")).Should().BeEmpty();
        (await _index.ReadPositionAsync("lobby", Cancelled)).Should().Be(At(1));

        (await _index.ApplyAsync(new IndexBatch { Room = "lobby", After = At(1), Messages = [NewMessage(2, "second")], Position = At(2) }, Cancelled)).Should().BeTrue();
        (await FindAsync("second")).Should().Equal(2);
        (await _index.ReadPositionAsync("lobby", Cancelled)).Should().Be(At(2));
        (await _index.ReadPositionAsync("nowhere", Cancelled)).Should().BeNull();
    }

    [Fact]
    public async Task Messages_are_replaced_and_removed_one_by_one_below_an_id_and_all()
    {
        await ApplyAsync(new IndexBatch { Room = "lobby", Messages = [.. Enumerable.Range(1, 1200).Select(id => NewMessage(id, $"word{id} every"))], Position = At(1) });
        await ApplyAsync(new IndexBatch { Room = "lobby", After = At(1), Removed = [3, 9999], RemoveBelow = 601, Messages = [NewMessage(700, "changed")], Position = At(2) });
        (await FindAsync(new IndexQuery { Text = "every ", Limit = 2000 })).Should().Equal(Enumerable.Range(601, 600).Where(id => id != 700).Reverse().Select(id => (long)id));
        (await FindAsync("changed")).Should().Equal(700);
        (await FindAsync("word700")).Should().BeEmpty();

        await ApplyAsync(new IndexBatch { Room = "lobby", After = At(2), Clear = true, Messages = [NewMessage(5, "word5")], Position = RoomPosition.Start });
        (await FindAsync("word")).Should().Equal(5);
        await ApplyAsync(new IndexBatch { Room = "lobby", After = RoomPosition.Start, Position = null });
        (await FindAsync("word")).Should().BeEmpty();
        (await _index.ListRoomsAsync(Cancelled)).Should().BeEmpty();
        await AddAsync("lobby", 1, "again");
        (await FindAsync("again")).Should().Equal(1);
    }

    [Fact]
    public async Task What_was_written_is_there_after_it_is_opened_again()
    {
        await AddAsync("lobby", 1, "kept");
        _index.Dispose();
        _index = Open();

        (await FindAsync("kept")).Should().Equal(1);
        (await _index.ReadPositionAsync("lobby", Cancelled)).Should().Be(At(1));
    }

    [Fact]
    public async Task Text_that_was_removed_or_replaced_leaves_no_trace_in_the_files()
    {
        const string Secret = "zqxwvjksecretmarker";
        await AddAsync("lobby", 1, "stays");
        var messages = Enumerable.Range(2, 200).Select(id => NewMessage(id, $"some {Secret}{id} text 字")).ToArray();
        await ApplyAsync(new IndexBatch { Room = "lobby", After = At(1), Messages = messages, Position = At(2) });
        Traces(Secret).Should().BeTrue("this is how they are found");

        await ApplyAsync(new IndexBatch { Room = "lobby", After = At(2), Removed = [.. Enumerable.Range(2, 100).Select(id => (long)id)], Position = At(3) });
        await ApplyAsync(new IndexBatch { Room = "lobby", After = At(3), Messages = [.. Enumerable.Range(102, 100).Select(id => NewMessage(id, "edited"))], Position = At(4) });

        Traces(Secret).Should().BeFalse();
        (await FindAsync(new IndexQuery { Text = "edited", Limit = 1000 })).Should().HaveCount(100);
    }

    [Fact]
    public async Task A_damaged_file_and_one_of_another_version_are_reported_with_the_remedy()
    {
        await AddAsync("lobby", 1, "text");
        _index.Dispose();
        var bytes = await System.IO.File.ReadAllBytesAsync(File, Cancelled);
        bytes[63] = 99; // PRAGMA user_version
        await System.IO.File.WriteAllBytesAsync(File, bytes, Cancelled);
        _index = Open();
        (await Assert.ThrowsAsync<ChatIndexException>(async () => await FindAsync("text"))).Message.Should().Contain("version").And.Contain("Delete it");

        _index.Dispose();
        await System.IO.File.WriteAllTextAsync(File, new string('x', 10_000), Cancelled);
        _index = Open();
        (await Assert.ThrowsAsync<ChatIndexException>(async () => await AddAsync("lobby", 1, "text"))).Message.Should().Contain("damaged").And.Contain("Delete it");

        _index.Dispose();
        System.IO.File.Delete(File);
        _index = Open();
        await AddAsync("lobby", 1, "text");
        (await FindAsync("text")).Should().Equal(1);
    }

    [Fact]
    public async Task A_file_of_someone_else_is_not_touched()
    {
        await using (var other = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={File};Pooling=False"))
        {
            await other.OpenAsync(Cancelled);
            await using var command = other.CreateCommand();
            command.CommandText = "CREATE TABLE mine(id)";
            await command.ExecuteNonQueryAsync(Cancelled);
        }

        var before = await System.IO.File.ReadAllBytesAsync(File, Cancelled);

        (await Assert.ThrowsAsync<ChatIndexException>(async () => await FindAsync("text"))).Message.Should().Contain("another path");
        (await System.IO.File.ReadAllBytesAsync(File, Cancelled)).Should().Equal(before);
    }

    [Fact]
    public async Task Searches_run_beside_writes()
    {
        await AddAsync("lobby", 1, "word");
        var writing = Task.Run(async () =>
        {
            for (var id = 2; id <= 300; id++)
            {
                await ApplyAsync(new IndexBatch { Room = "lobby", After = At(id - 1), Messages = [NewMessage(id, "word")], Removed = [id - 1], Position = At(id) });
            }
        });
        var reading = Enumerable.Range(0, 8).Select(async _ =>
        {
            while (!writing.IsCompleted)
            {
                (await FindAsync("word")).Should().HaveCount(1, "each batch is one step");
                await Task.Yield();
            }
        });

        await Task.WhenAll(reading.Append(writing));
        (await FindAsync("word")).Should().Equal(300);
    }

    [Fact]
    public async Task After_it_is_disposed_calls_fail()
    {
        await AddAsync("lobby", 1, "word");
        _index.Dispose();
        _index.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await FindAsync("word"));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await _index.HighlightAsync("word", ["word"], Cancelled));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await AddAsync("lobby", 2, "word"));
    }

    private static Message NewMessage(long id, string text, string user = "alice", DateTimeOffset? time = null) =>
        new() { Id = id, User = user, Text = text, Timestamp = time ?? Noon.AddSeconds(id) };

    private static RoomPosition At(long number) => new(1, number, number, 0);

    private SqliteMessageIndex Open() => new(File);

    private async Task AddAsync(string room, long id, string text, string user = "alice", DateTimeOffset? time = null) => await ApplyAsync(new IndexBatch
    {
        Room = room,
        After = await _index.ReadPositionAsync(room, Cancelled),
        Messages = [NewMessage(id, text, user, time)],
        Position = At(id),
    });

    private async Task ApplyAsync(IndexBatch batch) => (await _index.ApplyAsync(batch, Cancelled)).Should().BeTrue();

    private Task<IEnumerable<long>> FindAsync(string text) => FindAsync(new IndexQuery { Text = text, Limit = 10 });

    private async Task<IEnumerable<long>> FindAsync(IndexQuery query) => (await _index.FindAsync(query, Cancelled)).Select(hit => hit.MessageId);

    private bool Traces(string text) => _directory.GetFiles().Any(file =>
    {
        using var stream = file.Open(FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return Encoding.Latin1.GetString(copy.ToArray()).Contains(text[..8], StringComparison.Ordinal);
    });
}
