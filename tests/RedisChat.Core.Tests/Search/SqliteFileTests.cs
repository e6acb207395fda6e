using System.Text;
using Microsoft.Data.Sqlite;
using RedisChat.Search.Sqlite;

namespace RedisChat.Tests.Search;

/// <summary>The file of an index while others read it, and after its process was killed.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private const string Secret = "zqxwvjksecretmarker";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("redischat-file-");
    private readonly SqliteMessageIndex _index;

    public SqliteFileTests() => _index = new SqliteMessageIndex(Path.Combine(_directory.FullName, "search.db"));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _index.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Removed_text_is_overwritten_also_after_a_kill_and_while_nothing_happens()
    {
        await ApplyAsync(null, 1, Secret);
        await using (var reader = await OpenAsync())
        {
            // The log cannot be truncated while this reads it.
            await RunAsync(reader, "BEGIN; SELECT count(*) FROM message");
            await ApplyAsync(1, 2, "edited");
            (await HasTracesAsync(_directory)).Should().BeTrue("a search reads the log");
            var killed = _directory.CreateSubdirectory("killed");
            foreach (var file in _directory.GetFiles().Where(file => !file.Name.EndsWith("-shm", StringComparison.Ordinal)))
            {
                await CopyAsync(file, killed);
            }

            (await HasTracesAsync(killed)).Should().BeTrue("this is how a killed process leaves it");
            using var next = new SqliteMessageIndex(Path.Combine(killed.FullName, "search.db"));
            (await next.ListRoomsAsync(Cancelled)).Should().Equal("lobby");
            (await HasTracesAsync(killed)).Should().BeFalse();
            (await next.FindAsync(new IndexQuery { Text = "edited", Limit = 2 }, Cancelled)).Should().ContainSingle();
        }

        (await _index.ListRoomsAsync(Cancelled)).Should().Equal("lobby");
        (await HasTracesAsync(_directory)).Should().BeFalse();
    }

    [Fact]
    public async Task Searches_can_be_canceled_and_do_not_delay_a_feeder()
    {
        await NoSearchEndsAsync();
        using var end = new CancellationTokenSource();
        var started = 0;
        var searches = Enumerable.Range(0, 8).Select(_ => SearchAsync(() => Interlocked.Increment(ref started), end.Token)).ToArray();
        while (Volatile.Read(ref started) < searches.Length)
        {
            await Task.Yield();
        }

        (await _index.ReadPositionAsync("lobby", Cancelled)).Should().Be(At(1));
        (await _index.ListRoomsAsync(Cancelled)).Should().Equal("lobby");
        searches.Should().OnlyContain(search => !search.IsCompleted);
        await end.CancelAsync();
        foreach (var search in searches)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => search.WaitAsync(TimeSpan.FromSeconds(20), Cancelled));
        }
    }

    [Fact]
    public async Task A_search_ends_in_whatever_moment_it_is_canceled()
    {
        await NoSearchEndsAsync();
        for (var round = 0; round < 300; round++)
        {
            using var end = new CancellationTokenSource();
            var started = new TaskCompletionSource();
            var search = SearchAsync(started.SetResult, end.Token);
            await started.Task;
            Thread.SpinWait(round * 20);
            end.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => search.WaitAsync(TimeSpan.FromSeconds(20), Cancelled));
        }
    }

    [Theory]
    [InlineData("wonderful", "wo", true)]
    [InlineData("wonderful", "wond", true)]
    [InlineData("wonderful", "w", false)]
    [InlineData("éclair", "e\u0301", false)]
    [InlineData("éclair", "éc", true)]
    [InlineData("plan b", "plan b", true)]
    [InlineData("plan best", "plan b", false)]
    [InlineData("漢字", "漢", true)]
    public async Task The_last_word_may_be_a_beginning_of_two_letters_or_more(string text, string search, bool isFound)
    {
        await ApplyAsync(null, 1, text);

        (await _index.FindAsync(new IndexQuery { Text = search, Limit = 2 }, Cancelled)).Should().HaveCount(isFound ? 1 : 0);
        (await _index.HighlightAsync(search, [text], Cancelled))[0].Any().Should().Be(isFound);
    }

    /// <summary>From now on, no search ends.</summary>
    private async Task NoSearchEndsAsync()
    {
        await ApplyAsync(null, 1, "tea");
        await using var connection = await OpenAsync();
        await RunAsync(
            connection,
            """
            ALTER TABLE message RENAME TO stored;
            CREATE VIEW message AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT -x AS place, 1 AS room, x AS id, x AS time FROM n
            """);
    }

    /// <summary>Searches on a thread of its own.</summary>
    private Task SearchAsync(Action begins, CancellationToken cancellationToken) => Task.Factory.StartNew(
        async () =>
        {
            begins();
            await _index.FindAsync(new IndexQuery { Text = "tea", Limit = 2 }, cancellationToken);
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

    private static RoomPosition At(long number) => new(1, number, number, 0);

    private static async Task RunAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class only.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteScalarAsync(Cancelled);
    }

    private static async Task CopyAsync(FileInfo file, DirectoryInfo to) => await File.WriteAllBytesAsync(Path.Combine(to.FullName, file.Name), await ReadAsync(file), Cancelled);

    private static async Task<byte[]> ReadAsync(FileInfo file)
    {
        await using var stream = file.Open(FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Cancelled);
        return copy.ToArray();
    }

    private static async Task<bool> HasTracesAsync(DirectoryInfo directory)
    {
        var files = await Task.WhenAll(directory.GetFiles().Select(ReadAsync));
        return files.Any(bytes => Encoding.Latin1.GetString(bytes).Contains(Secret[..8], StringComparison.Ordinal));
    }

    private async Task<SqliteConnection> OpenAsync()
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(_directory.FullName, "search.db")};Pooling=False");
        await connection.OpenAsync(Cancelled);
        return connection;
    }

    private async Task ApplyAsync(long? after, long position, string text) => (await _index.ApplyAsync(
        new IndexBatch
        {
            Room = "lobby",
            After = after is { } number ? At(number) : null,
            Messages = [new Message { Id = 1, User = "alice", Text = text, Timestamp = DateTimeOffset.UnixEpoch.AddYears(50) }],
            Position = At(position),
        },
        Cancelled)).Should().BeTrue();
}
