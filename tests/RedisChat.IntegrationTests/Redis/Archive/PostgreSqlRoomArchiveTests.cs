using System.Text;
using Npgsql;
using RedisChat.Archive.PostgreSql;
using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Redis.Archive;

/// <summary>The archive in PostgreSQL: the contract, and what is particular to it.</summary>
public sealed class PostgreSqlRoomArchiveTests(SharedPostgres postgres, TestServer server) : RoomArchiveTests, IAsyncDisposable
{
    private readonly List<PostgreSqlRoomArchive> _opened = [];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var archive in _opened)
        {
            await archive.DisposeAsync();
        }
    }

    protected override async ValueTask<IRoomArchive> OpenAsync()
    {
        _opened.Add(new PostgreSqlRoomArchive(await postgres.ConnectAsync()));
        return _opened[^1];
    }

    [Fact]
    public async Task A_room_in_it_gives_the_same_answers_as_one_that_stays_in_Redis()
    {
        await ArchiveComparisonTests.CompareAsync(server.Require(), await OpenAsync(), seed: 7);
    }

    [Fact]
    public async Task What_was_put_survives_a_crash_of_the_server_and_until_it_is_back_calls_fail()
    {
        await using var own = await PostgresProcess.StartAsync();
        await using var archive = new PostgreSqlRoomArchive(own.ConnectionString);
        await archive.PutAsync(Room, 1, [new ArchivedBucket(0, 1) { Content = Encoding.UTF8.GetBytes("zero"), Users = ["alice"] }], Cancelled);

        await own.CrashAsync();

        var failures = 0;
        while (true)
        {
            try
            {
                Encoding.UTF8.GetString((await archive.ReadAsync(Room, 1, [0], Cancelled))[0]!.Content.Span).Should().Be("zero");
                break;
            }
            catch (NpgsqlException) when (failures++ < 10)
            {
                // A connection from before the crash.
            }
        }
    }

    [Fact]
    public async Task Processes_that_start_at_once_create_the_tables_once_and_a_user_without_the_right_can_use_them()
    {
        await using var own = await PostgresProcess.StartAsync();
        var archives = Enumerable.Range(0, 8).Select(_ => new PostgreSqlRoomArchive(own.ConnectionString)).ToList();
        await Task.WhenAll(archives.Select((archive, n) => archive.PutAsync(Room, 1, [new ArchivedBucket(n, 1)], Cancelled).AsTask()));
        (await archives[0].FindAsync(Room, 1, "alice", 0, 9, false, 9, Cancelled)).Should().BeEmpty();
        foreach (var archive in archives)
        {
            await archive.DisposeAsync();
        }

        await using var source = NpgsqlDataSource.Create(own.ConnectionString);
        await using (var command = source.CreateCommand(
            "CREATE USER weak; REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT SELECT, INSERT, UPDATE, DELETE ON redischat_archive_buckets, redischat_archive_removed TO weak"))
        {
            await command.ExecuteNonQueryAsync(Cancelled);
        }

        await using var weak = new PostgreSqlRoomArchive(own.ConnectionString.Replace("Username=chat", "Username=weak", StringComparison.Ordinal));
        (await weak.PutAsync(Room, 1, [new ArchivedBucket(0, 2)], Cancelled)).Should().BeTrue();
        (await weak.ReadAsync(Room, 1, [0, 7], Cancelled)).Should().NotContainNulls();
        await weak.RemoveRoomAsync(Room, 1, Cancelled);
    }

    [Fact]
    public async Task The_data_source_of_the_application_is_used_and_not_disposed()
    {
        await using var source = NpgsqlDataSource.Create(await postgres.ConnectAsync());
        await using (var archive = new PostgreSqlRoomArchive(source))
        {
            await archive.PutAsync(Room, 1, [new ArchivedBucket(0, 1) { Content = new byte[] { 1 }, Users = ["alice"] }], Cancelled);
            (await archive.FindAsync(Room, 1, "alice", 0, 9, true, 9, Cancelled)).Should().Equal([0L]);
        }

        await using var connection = await source.OpenConnectionAsync(Cancelled);
        connection.State.Should().Be(System.Data.ConnectionState.Open);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Host")]
    public void A_connection_string_must_be_valid(string text) => Assert.ThrowsAny<ArgumentException>(() => new PostgreSqlRoomArchive(text));
}
