using Microsoft.Data.Sqlite;

namespace RedisChat.Search.Sqlite;

/// <summary>Writes the index. For one caller at a time.</summary>
internal sealed class IndexWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);

    // Whether the log may have pages with text that was removed: those of a process that was killed, too.
    private volatile bool _hasTraces = true;

    public IndexWriter(SqliteConnection connection) => _connection = connection;

    /// <summary>A message in the index.</summary>
    private readonly record struct Stored(long Place, string User, string Text);

    public bool HasTraces => _hasTraces;

    public bool Apply(IndexBatch batch)
    {
        bool isApplied;
        var hasRemoved = false;
        Run("BEGIN IMMEDIATE");
        try
        {
            isApplied = TryApply(batch, ref hasRemoved);
            Run(isApplied ? "COMMIT" : "ROLLBACK");
        }
        catch
        {
            RollBack();
            throw;
        }

        _hasTraces |= isApplied && hasRemoved;
        Clean();
        return isApplied;
    }

    public void Dispose()
    {
        Clean();
        foreach (var command in _commands.Values)
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    private bool TryApply(IndexBatch batch, ref bool hasRemoved)
    {
        if (Value("SELECT position FROM room WHERE id = $1", batch.Room) as string != batch.After?.ToString())
        {
            return false;
        }

        var room = RoomOf(batch.Room, out var ruledBy);
        if (batch.Clear || batch.Position is null)
        {
            hasRemoved |= Remove(room, ruledBy, long.MaxValue);
        }

        if (batch.RemoveBelow > 0)
        {
            hasRemoved |= Remove(room, ruledBy, batch.RemoveBelow);
        }

        foreach (var id in batch.Removed)
        {
            if (Find(room, id) is { } stored)
            {
                Remove(room, ruledBy, stored);
                hasRemoved = true;
            }
        }

        foreach (var message in batch.Messages)
        {
            hasRemoved |= Set(room, ruledBy, message);
        }

        foreach (var found in batch.FoundRooms)
        {
            Run("UPDATE room SET position = $1 WHERE number = $2 AND position IS NULL", RoomPosition.Start.ToString(), RoomOf(found, out _));
        }

        if (batch.Position is { } reached)
        {
            Run("UPDATE room SET position = $1 WHERE number = $2", reached.ToString(), room);
        }
        else
        {
            Forget(room, ruledBy);
        }

        return true;
    }

    private void RollBack()
    {
        try
        {
            Run("ROLLBACK");
        }
        catch (SqliteException)
        {
            // Some errors have ended the transaction already.
        }
    }

    /// <summary>The log still has the pages as they were. This overwrites them, or, if a search reads them at the moment, does so the next time.</summary>
    /// <returns>Whether there are none any more.</returns>
    public bool Clean()
    {
        if (_hasTraces)
        {
            using var rows = Command("PRAGMA wal_checkpoint(TRUNCATE)").ExecuteReader();
            _hasTraces = !rows.Read() || rows.GetInt64(0) != 0;
        }

        return !_hasTraces;
    }

    /// <summary>The number of a room, which gets one now if it has none.</summary>
    private long RoomOf(string id, out long ruledBy)
    {
        var above = ThreadId.TryParse(id, out var thread) ? NumberOf(thread.Room, null) : (long?)null;
        var number = NumberOf(id, above);
        ruledBy = above ?? number;
        return number;
    }

    private long NumberOf(string id, long? ruledBy)
    {
        if (Value("SELECT number FROM room WHERE id = $1", id) is long present)
        {
            return present;
        }

        Run("INSERT INTO room(id, ruled_by) VALUES($1, $2)", id, ruledBy ?? 0);
        var number = (long)Value("SELECT last_insert_rowid()")!;
        if (ruledBy is null)
        {
            Run("UPDATE room SET ruled_by = number WHERE number = $1", number);
        }

        return number;
    }

    /// <summary>Forgets a room without messages, unless threads still refer to it.</summary>
    private void Forget(long room, long ruledBy)
    {
        Run("UPDATE room SET position = NULL WHERE number = $1", room);
        foreach (var number in new[] { room, ruledBy })
        {
            Run("DELETE FROM room WHERE number = $1 AND position IS NULL AND NOT EXISTS (SELECT 1 FROM room AS other WHERE other.ruled_by = $1 AND other.number <> $1)", number);
        }
    }

    private Stored? Find(long room, long id)
    {
        using var rows = Command("SELECT place, user, text FROM message WHERE room = $1 AND id = $2", room, id).ExecuteReader();
        return rows.Read() ? new Stored(rows.GetInt64(0), rows.GetString(1), rows.GetString(2)) : null;
    }

    /// <summary>Removes all messages with a lower id.</summary>
    private bool Remove(long room, long ruledBy, long below)
    {
        var hasRemoved = false;
        while (true)
        {
            var some = new List<Stored>();
            using (var rows = Command("SELECT place, user, text FROM message WHERE room = $1 AND id < $2 ORDER BY id LIMIT 500", room, below).ExecuteReader())
            {
                while (rows.Read())
                {
                    some.Add(new Stored(rows.GetInt64(0), rows.GetString(1), rows.GetString(2)));
                }
            }

            if (some.Count == 0)
            {
                return hasRemoved;
            }

            some.ForEach(stored => Remove(room, ruledBy, stored));
            hasRemoved = true;
        }
    }

    private void Remove(long room, long ruledBy, Stored stored)
    {
        RemoveWords(room, ruledBy, stored);
        Run("DELETE FROM message WHERE place = $1", stored.Place);
    }

    // The index must be given exactly what it was given before.
    private void RemoveWords(long room, long ruledBy, Stored stored) => Run(
        "INSERT INTO words(words, rowid, text, tags) VALUES('delete', $1, $2, $3)", stored.Place, SearchText.Prepare(stored.Text), Tags.Of(room, ruledBy, stored.User));

    /// <summary>Adds or replaces a message.</summary>
    /// <returns>Whether an earlier text was removed.</returns>
    private bool Set(long room, long ruledBy, Message message)
    {
        var before = Find(room, message.Id);
        if (before is { } same && same.Text == message.Text && same.User == message.User)
        {
            return false;
        }

        var time = Places.Time(message.Timestamp);
        var place = before?.Place ?? Free(time, message.Id);
        if (before is { } stored)
        {
            Remove(room, ruledBy, stored);
        }

        Run("INSERT INTO message(place, room, id, time, user, text) VALUES($1, $2, $3, $4, $5, $6)", place, room, message.Id, time, message.User, message.Text);
        Run("INSERT INTO words(rowid, text, tags) VALUES($1, $2, $3)", place, SearchText.Prepare(message.Text), Tags.Of(room, ruledBy, message.User));
        return before is not null;
    }

    /// <summary>A place for a new message.</summary>
    private long Free(long time, long messageId)
    {
        var preferred = Places.Preferred(time, messageId);
        return Value("SELECT 1 FROM message WHERE place = $1", preferred) is null
            ? preferred
            : (long)Value("SELECT max(place) + 1 FROM message WHERE place >= $1 AND place < $2", Places.First(time), Places.End(time))!;
    }

    private void Run(string sql, params ReadOnlySpan<object> values) => Command(sql, values).ExecuteNonQuery();

    private object? Value(string sql, params ReadOnlySpan<object> values) => Command(sql, values).ExecuteScalar() is { } value and not DBNull ? value : null;

    /// <summary>A statement, which is compiled once.</summary>
    private SqliteCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class only.
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var i = 1; i <= values.Length; i++)
            {
                command.Parameters.AddWithValue(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"${i}"), null);
            }

            _commands.Add(sql, command);
        }

        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        return command;
    }
}
