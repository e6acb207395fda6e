using Npgsql;
using NpgsqlTypes;

namespace RedisChat.Archive.PostgreSql;

/// <summary>Keeps old messages of rooms in two tables of a PostgreSQL database: one row for each 128 ids of a room.</summary>
/// <remarks>
/// A call is one transaction, or one statement. The tables are created when they are first needed, unless they exist. All processes that share rooms use the same database. Tested with PostgreSQL 15. Thread-safe.
/// </remarks>
public sealed class PostgreSqlRoomArchive : IRoomArchive, IAsyncDisposable, IDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly bool _ownsSource;
    private readonly SemaphoreSlim _creating = new(1);
    private volatile bool _isCreated;

    /// <summary>Creates an archive with connections of its own. Connects on first use.</summary>
    /// <param name="connectionString">How to connect: <c>Host=localhost;Database=chat;Username=chat;Password=secret</c>.</param>
    /// <exception cref="ArgumentException">The string is empty or not valid.</exception>
    public PostgreSqlRoomArchive(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        _source = new NpgsqlSlimDataSourceBuilder(connectionString).EnableArrays().EnableTransportSecurity().Build();
        _ownsSource = true;
    }

    /// <summary>Creates an archive on the application's connections, which it does not dispose.</summary>
    /// <param name="source">The connections.</param>
    public PostgreSqlRoomArchive(NpgsqlDataSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
    }

    /// <summary>The statements that create the tables, for databases in which the chat's user may not.</summary>
    public static string Schema { get; } = """
        CREATE TABLE IF NOT EXISTS redischat_archive_buckets (
            room text COLLATE "C" NOT NULL,
            epoch bigint NOT NULL,
            bucket bigint NOT NULL,
            version bigint NOT NULL,
            content bytea NOT NULL,
            users text[] NOT NULL,
            PRIMARY KEY (room, epoch, bucket)
        );
        CREATE TABLE IF NOT EXISTS redischat_archive_removed (
            room text COLLATE "C" NOT NULL,
            epoch bigint NOT NULL,
            PRIMARY KEY (room, epoch)
        );
        """;

    /// <inheritdoc/>
    public async ValueTask<bool> PutAsync(string room, ulong epoch, IReadOnlyList<ArchivedBucket> buckets, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(room);
        ArgumentNullException.ThrowIfNull(buckets);
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        var isStored = !await LockAsync(connection, room, epoch, cancellationToken).ConfigureAwait(false);
        foreach (var bucket in isStored ? buckets : [])
        {
            using var command = Command(
                connection,
                """
                INSERT INTO redischat_archive_buckets AS present (room, epoch, bucket, version, content, users) VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (room, epoch, bucket) DO UPDATE SET version = excluded.version, content = excluded.content, users = excluded.users WHERE present.version <= excluded.version
                """,
                room, epoch);
            Add(command, NpgsqlDbType.Bigint, bucket.Number);
            Add(command, NpgsqlDbType.Bigint, bucket.Version);
            Add(command, NpgsqlDbType.Bytea, bucket.Content);
            Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, bucket.Users.ToArray());
            isStored &= await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) == 1;
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return isStored;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ArchivedBucket?>> ReadAsync(string room, ulong epoch, IReadOnlyList<long> numbers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(room);
        ArgumentNullException.ThrowIfNull(numbers);
        var found = new Dictionary<long, ArchivedBucket>(numbers.Count);
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        using var command = Command(connection, "SELECT bucket, version, content FROM redischat_archive_buckets WHERE room = $1 AND epoch = $2 AND bucket = ANY ($3)", room, epoch);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, numbers.ToArray());
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            found[reader.GetInt64(0)] = new ArchivedBucket(reader.GetInt64(0), reader.GetInt64(1)) { Content = reader.GetFieldValue<byte[]>(2) };
        }

        return [.. numbers.Select(number => found.GetValueOrDefault(number))];
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<long>> FindAsync(
        string room, ulong epoch, string user, long first, long last, bool descending, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(room);
        ArgumentNullException.ThrowIfNull(user);
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        using var command = Command(
            connection,
            descending
                ? "SELECT bucket FROM redischat_archive_buckets WHERE room = $1 AND epoch = $2 AND bucket BETWEEN $3 AND $4 AND $5 = ANY (users) ORDER BY bucket DESC LIMIT $6"
                : "SELECT bucket FROM redischat_archive_buckets WHERE room = $1 AND epoch = $2 AND bucket BETWEEN $3 AND $4 AND $5 = ANY (users) ORDER BY bucket LIMIT $6",
            room, epoch);
        Add(command, NpgsqlDbType.Bigint, first);
        Add(command, NpgsqlDbType.Bigint, last);
        Add(command, NpgsqlDbType.Text, user);
        Add(command, NpgsqlDbType.Integer, limit);
        var found = new List<long>();
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            found.Add(reader.GetInt64(0));
        }

        return found;
    }

    /// <inheritdoc/>
    public async ValueTask RemoveRoomAsync(string room, ulong epoch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(room);
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        await LockAsync(connection, room, epoch, cancellationToken).ConfigureAwait(false);
        foreach (var statement in new[]
        {
            "INSERT INTO redischat_archive_removed (room, epoch) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            "DELETE FROM redischat_archive_buckets WHERE room = $1 AND epoch = $2",
        })
        {
            using var command = Command(connection, statement, room, epoch);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes its connections; those of the application stay open.</summary>
    public void Dispose()
    {
        _creating.Dispose();
        if (_ownsSource)
        {
            _source.Dispose();
        }
    }

    /// <summary>Closes its connections; those of the application stay open.</summary>
    public async ValueTask DisposeAsync()
    {
        _creating.Dispose();
        if (_ownsSource)
        {
            await _source.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Lets no other transaction write to the room until this one ends, and makes its commit durable.</summary>
    /// <returns>Whether the room was removed.</returns>
    private static async Task<bool> LockAsync(NpgsqlConnection connection, string room, ulong epoch, CancellationToken cancellationToken)
    {
        // Redis drops its copy after the commit, so the commit must be on the disk, whatever the database prefers for others.
        using (var durable = new NpgsqlCommand("SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'", connection))
        {
            await durable.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        using (var command = Command(connection, "SELECT pg_advisory_xact_lock(hashtextextended('redischat ' || $1, $2))", room, epoch))
        {
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        // A statement of its own, because it must see what was committed before the lock was given.
        using var asking = Command(connection, "SELECT EXISTS (SELECT 1 FROM redischat_archive_removed WHERE room = $1 AND epoch = $2)", room, epoch);
        return (bool)(await asking.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isCreated)
            {
                await CreateAsync(connection, cancellationToken).ConfigureAwait(false);
            }

            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task CreateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await _creating.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var asking = new NpgsqlCommand("SELECT to_regclass('redischat_archive_buckets') IS NOT NULL AND to_regclass('redischat_archive_removed') IS NOT NULL", connection);
            if (!(bool)(await asking.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!)
            {
                var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
                await using var _ = transaction.ConfigureAwait(false);

                // CREATE TABLE IF NOT EXISTS can fail if two processes run it at once.
                using var locking = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtextextended('redischat archive schema', 0))", connection);
                await locking.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
#pragma warning disable CA2100 // A constant.
                using var creating = new NpgsqlCommand(Schema, connection);
#pragma warning restore CA2100
                await creating.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            }

            _isCreated = true;
        }
        finally
        {
            _creating.Release();
        }
    }

    /// <summary>A statement whose first parameters are the room and its epoch.</summary>
    private static NpgsqlCommand Command(NpgsqlConnection connection, string text, string room, ulong epoch)
    {
#pragma warning disable CA2100 // All texts are constants; ids are parameters.
        var command = new NpgsqlCommand(text, connection);
#pragma warning restore CA2100
        Add(command, NpgsqlDbType.Text, room);
        Add(command, NpgsqlDbType.Bigint, unchecked((long)epoch));
        return command;
    }

    private static void Add<T>(NpgsqlCommand command, NpgsqlDbType type, T value) =>
        command.Parameters.Add(new NpgsqlParameter<T> { NpgsqlDbType = type, TypedValue = value });
}
