using Microsoft.Data.Sqlite;

namespace RedisChat.Search.Sqlite;

/// <summary>Turns SQLite's errors into those of an index.</summary>
internal static class SqliteErrors
{
    public const string Remedy = "Delete it, together with the files beside it whose names end in -wal and -shm: it is built again from the chat's rooms.";

    private const int Corrupt = 11;
    private const int NotADatabase = 26;

    public static ChatIndexException Translate(SqliteException error, string path) =>
        error.SqliteErrorCode is Corrupt or NotADatabase
            ? new ChatIndexException($"The search index {path} is damaged. {Remedy}", error)
            : new ChatIndexException($"The search index {path} cannot be read or written (SQLite error {error.SqliteErrorCode}).", error);
}
