using Microsoft.Data.Sqlite;

namespace RedisChat.Search.Sqlite;

/// <summary>Finds the places in texts that match, with the same tokenizer as the index: in a database in memory, which is empty between two calls. For one caller at a time.</summary>
internal sealed class Highlighter : IDisposable
{
    private readonly SqliteConnection _connection = new("Data Source=:memory:;Pooling=False");
    private readonly SqliteCommand _add;
    private readonly SqliteCommand _find;

    public Highlighter()
    {
        _connection.Open();
        IndexSchema.Run(_connection, $"CREATE VIRTUAL TABLE words USING fts5(text, tokenize=\"{SearchText.Tokenizer}\")");
        _add = _connection.CreateCommand();
        _add.CommandText = "INSERT INTO words(rowid, text) VALUES($number, $text)";
        _add.Parameters.Add("$number", SqliteType.Integer);
        _add.Parameters.Add("$text", SqliteType.Text);
        _find = _connection.CreateCommand();
        _find.CommandText = $"SELECT rowid, highlight(words, 0, '{SearchText.Open}', '{SearchText.Close}') FROM words WHERE words MATCH $expression";
        _find.Parameters.Add("$expression", SqliteType.Text);
    }

    public IReadOnlyList<IReadOnlyList<TextRange>> Find(string expression, IReadOnlyList<string> texts)
    {
        var found = new IReadOnlyList<TextRange>[texts.Count];
        Array.Fill(found, []);
        IndexSchema.Run(_connection, "BEGIN");
        try
        {
            Find(expression, texts, found);
            return found;
        }
        finally
        {
            IndexSchema.Run(_connection, "ROLLBACK");
        }
    }

    public void Dispose()
    {
        _add.Dispose();
        _find.Dispose();
        _connection.Dispose();
    }

    private void Find(string expression, IReadOnlyList<string> texts, IReadOnlyList<TextRange>[] found)
    {
        for (var i = 0; i < texts.Count; i++)
        {
            _add.Parameters[0].Value = i;
            _add.Parameters[1].Value = SearchText.Prepare(texts[i]);
            _add.ExecuteNonQuery();
        }

        _find.Parameters[0].Value = expression;
        using var rows = _find.ExecuteReader();
        while (rows.Read())
        {
            found[rows.GetInt32(0)] = SearchText.ReadMarks(rows.GetString(1));
        }
    }
}
