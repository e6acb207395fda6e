using System.Text;
using Microsoft.Extensions.DependencyInjection;
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

    [Theory]
    [InlineData("off", "on")]
    [InlineData("local", "local")]
    public async Task Its_transactions_wait_for_the_disk_even_if_the_database_does_not(string setting, string expected)
    {
        await using var own = await PostgresProcess.StartAsync();
        await using var source = NpgsqlDataSource.Create($"{own.ConnectionString};Options=-c synchronous_commit={setting}");
        await using var archive = new PostgreSqlRoomArchive(source);
        await archive.PutAsync(Room, 1, [new ArchivedBucket(0, 1)], Cancelled);
        await using (var command = source.CreateCommand(
            """
            CREATE TABLE seen (setting text);
            CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
            CREATE TRIGGER put AFTER INSERT ON redischat_archive_buckets EXECUTE FUNCTION note();
            CREATE TRIGGER removed AFTER INSERT ON redischat_archive_removed EXECUTE FUNCTION note();
            """))
        {
            await command.ExecuteNonQueryAsync(Cancelled);
        }

        await archive.PutAsync(Room, 1, [new ArchivedBucket(0, 2)], Cancelled);
        await archive.RemoveRoomAsync(Room, 1, Cancelled);

        await using var asking = source.CreateCommand("SELECT string_agg(setting, ' '), current_setting('synchronous_commit') FROM seen");
        await using var reader = await asking.ExecuteReaderAsync(Cancelled);
        (await reader.ReadAsync(Cancelled)).Should().BeTrue();
        reader.GetString(0).Should().Be($"{expected} {expected}");
        reader.GetString(1).Should().Be(setting, "what the application does afterward is its own");
    }

    [Fact]
    public async Task A_container_with_it_can_be_disposed_without_waiting()
    {
        var services = new ServiceCollection();
        services.AddRedisChat("localhost:1").AddPostgreSqlArchive("Host=localhost");
        await using var archive = new PostgreSqlRoomArchive("Host=localhost");
        var provider = services.BuildServiceProvider();
        provider.GetRequiredKeyedService<IRoomArchive>(null).Should().BeOfType<PostgreSqlRoomArchive>();

        var disposal = provider.Dispose;

        disposal.Should().NotThrow();
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
