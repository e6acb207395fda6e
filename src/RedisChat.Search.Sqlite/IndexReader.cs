using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace RedisChat.Search.Sqlite;

/// <summary>Reads the index over a connection of its own. For one caller at a time.</summary>
internal sealed class IndexReader : IDisposable
{
    // Of SQLite's virtual machine.
    private const int StepsBetweenChecks = 10_000;

    private readonly SqliteConnection _connection;

    public IndexReader(SqliteConnection connection)
    {
        _connection = connection;
        IndexSchema.Run(connection, "PRAGMA query_only = ON; PRAGMA cache_size = -4096; PRAGMA busy_timeout = 1000");

        // Not sqlite3_interrupt, which does nothing if it comes right before the statement starts.
        raw.sqlite3_progress_handler(connection.Handle, StepsBetweenChecks, static reader => ((IndexReader)reader).Cancellation.IsCancellationRequested ? 1 : 0, this);
    }

    /// <summary>Ends what runs with an error.</summary>
    public CancellationToken Cancellation { get; set; }

    public void Dispose() => _connection.Dispose();

    public IReadOnlyList<string> ListRooms()
    {
        using var command = Command("SELECT id FROM room WHERE position IS NOT NULL");
        using var rows = command.ExecuteReader();
        var rooms = new List<string>();
        while (rows.Read())
        {
            rooms.Add(rows.GetString(0));
        }

        return rooms;
    }

    public RoomPosition? ReadPosition(string room)
    {
        using var command = Command("SELECT position FROM room WHERE id = $room", ("$room", room));
        return command.ExecuteScalar() is string position ? RoomPosition.Parse(position) : null;
    }

    public IReadOnlyList<IndexHit> Find(IndexQuery query)
    {
        var hits = new List<IndexHit>();
        if (SearchText.ToExpression(query.Text) is not { } expression)
        {
            return hits;
        }

        using var command = Command("");
        var sql = new StringBuilder(
            """
            SELECT message.place, room.id, message.id
            FROM words CROSS JOIN message ON message.place = words.rowid CROSS JOIN room ON room.number = message.room
            WHERE words MATCH $expression
            """);
        if (query.Rooms is { } rooms)
        {
            var numbers = rooms.Select(NumberOf).OfType<long>().ToList();
            if (numbers.Count == 0)
            {
                return hits;
            }

            expression += $" AND {{tags}} : ({string.Join(" OR ", numbers.Select(number => Tags.OfRoom(number)))})";
        }

        if (query.User is { } user)
        {
            expression += $" AND {{tags}} : {Tags.OfUser(user)}";
        }

        Add("$expression", expression);
        if (query.Before is { } before)
        {
            sql.Append(" AND words.rowid < $before");
            Add("$before", before);
        }

        if (query.From is { } from)
        {
            sql.Append(" AND words.rowid >= $least AND message.time >= $from");
            Add("$least", Places.First(Places.TimeFrom(from)));
            Add("$from", Places.TimeFrom(from));
        }

        if (query.To is { } to)
        {
            sql.Append(" AND words.rowid < $most AND message.time < $to");
            Add("$most", Places.End(Places.TimeFrom(to)));
            Add("$to", Places.TimeFrom(to));
        }

        sql.Append(" ORDER BY words.rowid DESC LIMIT $limit");
        Add("$limit", query.Limit);
#pragma warning disable CA2100 // All values are parameters.
        command.CommandText = sql.ToString();
#pragma warning restore CA2100
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            hits.Add(new IndexHit(rows.GetString(1), rows.GetInt64(2), rows.GetInt64(0)));
        }

        return hits;

        void Add(string name, object value) => command.Parameters.AddWithValue(name, value);
    }

    private long? NumberOf(string room)
    {
        using var command = Command("SELECT number FROM room WHERE id = $room", ("$room", room));
        return (long?)command.ExecuteScalar();
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object Value)> values)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class only.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
}
