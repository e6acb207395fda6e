using Microsoft.Data.Sqlite;

namespace RedisChat.Search.Sqlite;

/// <summary>The tables of the file.</summary>
internal static class IndexSchema
{
    /// <summary>The version of the file. A file of another version is not read.</summary>
    public const int Version = 2;

    // "RCIX"
    private const int ApplicationId = 0x52434958;

    // The place of a message contains its time, and is the rowid of its words: FTS5 then finds the newest first, without sorting, and limits of time without looking at messages.
    // Beginnings of words have lists of their own: the shorter a beginning, the more words would have to be merged for each search, before its first hit.
    // The text is kept because FTS5 must know it to remove the words. The words do not keep it a second time (content='').
    private const string Tables = $"""
        CREATE TABLE room(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, ruled_by INTEGER NOT NULL, position TEXT);
        CREATE TABLE message(place INTEGER PRIMARY KEY, room INTEGER NOT NULL, id INTEGER NOT NULL, time INTEGER NOT NULL, user TEXT NOT NULL, text TEXT NOT NULL);
        CREATE UNIQUE INDEX message_of_room ON message(room, id);
        CREATE VIRTUAL TABLE words USING fts5(text, tags, content='', columnsize=0, prefix='2 3', tokenize="{SearchText.Tokenizer}");
        INSERT INTO words(words, rank) VALUES('secure-delete', 1);
        """;

    /// <summary>Sets up a connection that writes, and the file if it is new.</summary>
    /// <exception cref="ChatIndexException">The file is something else.</exception>
    public static void Open(SqliteConnection connection, string path)
    {
        var (id, version, tables) = (Number(connection, "PRAGMA application_id"), Number(connection, "PRAGMA user_version"), Number(connection, "SELECT count(*) FROM sqlite_schema"));
        var isNew = (id, version, tables) == (0, 0, 0);
        if (!isNew && (id, version) != (ApplicationId, Version))
        {
            throw new ChatIndexException(
                id == ApplicationId
                    ? $"The search index {path} is of version {version}; this version of the library reads and writes version {Version}. {SqliteErrors.Remedy}"
                    : $"The file {path} is a database, but not a search index of this library. Choose another path.");
        }

        Run(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192; PRAGMA busy_timeout = 1000");
        if (isNew)
        {
            Run(connection, $"BEGIN IMMEDIATE; {Tables} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version}; COMMIT");
        }
    }

    public static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this package only.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this package only.
        command.CommandText = sql;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }
}
