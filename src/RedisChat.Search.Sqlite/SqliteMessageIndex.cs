using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace RedisChat.Search.Sqlite;

/// <summary>An index in a local SQLite file, with FTS5. Created on first use. Thread-safe.</summary>
/// <remarks>
/// <para>
/// Writes are one after another, and searches run beside them and each other. Of messages that were deleted or edited in the chat, nothing of the earlier text stays in the file. The file is as secret
/// as the messages; it needs no backup, because it is built again from the chat's rooms.
/// </para>
/// <para>Several processes on one machine can share a file, and then one of them feeds it. It must not be on a network drive.</para>
/// </remarks>
public sealed class SqliteMessageIndex : IMessageIndex, IDisposable
{
    private const int MostReaders = 4;

    private readonly string _path;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly SemaphoreSlim _reading = new(MostReaders);
    private readonly SemaphoreSlim _readingRooms = new(1);
    private readonly ConcurrentBag<IndexReader> _readers = [];

    // Apart from the others, so that no search delays the feeder.
    private readonly ConcurrentBag<IndexReader> _readersOfRooms = [];
    private readonly ConcurrentBag<Highlighter> _highlighters = [];
    private IndexWriter? _writer;
    private volatile bool _isDisposed;

    /// <summary>Uses a file, which is created on first use if it does not exist.</summary>
    /// <param name="path">Where the file is. Its directory is created, too. SQLite keeps two more files beside it, whose names end in <c>-wal</c> and <c>-shm</c>.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public SqliteMessageIndex(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _path = Path.GetFullPath(path);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> ListRoomsAsync(CancellationToken cancellationToken = default)
    {
        var rooms = await ReadAsync(_readingRooms, _readersOfRooms, static (reader, _) => reader.ListRooms(), 0, cancellationToken).ConfigureAwait(false);

        // Feeders ask for this again and again, also while nothing happens.
        if (_writer is { HasTraces: true })
        {
            await WriteAsync(static (writer, _) => writer.Clean(), 0, cancellationToken).ConfigureAwait(false);
        }

        return rooms;
    }

    /// <inheritdoc/>
    public ValueTask<RoomPosition?> ReadPositionAsync(string room, CancellationToken cancellationToken = default) =>
        ReadAsync(_readingRooms, _readersOfRooms, static (reader, room) => reader.ReadPosition(room), room, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<IndexHit>> FindAsync(IndexQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return ReadAsync(_reading, _readers, static (reader, query) => reader.Find(query), query, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> ApplyAsync(IndexBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return WriteAsync(static (writer, batch) => writer.Apply(batch), batch, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<IReadOnlyList<TextRange>>> HighlightAsync(string search, IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(search);
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count == 0 || SearchText.ToExpression(search) is not { } expression)
        {
            return [.. texts.Select(_ => Array.Empty<TextRange>())];
        }

        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var highlighter = _highlighters.TryTake(out var present) ? present : new Highlighter();
            var ranges = highlighter.Find(expression, texts);
            _highlighters.Add(highlighter);
            return ranges;
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Translate(e, "in memory");
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>Closes the file. Waits for calls that are running; later ones fail with <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _writing.Wait();
        for (var reader = 0; reader < MostReaders; reader++)
        {
            _reading.Wait();
        }

        _readingRooms.Wait();
        foreach (var reader in _readers.Concat(_readersOfRooms))
        {
            reader.Dispose();
        }

        foreach (var highlighter in _highlighters)
        {
            highlighter.Dispose();
        }

        _writer?.Dispose();
        _readingRooms.Release();
        _reading.Release(MostReaders);
        _writing.Release();
    }

    private async ValueTask<T> ReadAsync<TState, T>(SemaphoreSlim reading, ConcurrentBag<IndexReader> readers, Func<IndexReader, TState, T> read, TState state, CancellationToken cancellationToken)
    {
        if (_writer is null)
        {
            await WriteAsync(static (_, _) => true, 0, cancellationToken).ConfigureAwait(false);
        }

        await reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var reader = readers.TryTake(out var present) ? present : new IndexReader(Connect());
            try
            {
                // SQLite runs on this thread until it is done. Whoever cancels does so on another one.
                reader.Cancellation = cancellationToken;
                return read(reader, state);
            }
            finally
            {
                reader.Cancellation = default;
                readers.Add(reader);
            }
        }
        catch (SqliteException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw SqliteErrors.Translate(e, _path);
        }
        finally
        {
            reading.Release();
        }
    }

    private async ValueTask<T> WriteAsync<TState, T>(Func<IndexWriter, TState, T> write, TState state, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return write(Writer(), state);
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Translate(e, _path);
        }
        finally
        {
            _writing.Release();
        }
    }

    private IndexWriter Writer()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_writer is null)
        {
            Create();
            var connection = Connect();
            try
            {
                IndexSchema.Open(connection, _path);
                _writer = new IndexWriter(connection);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }

        return _writer;
    }

    private void Create()
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            if (!OperatingSystem.IsWindows() && !File.Exists(_path))
            {
                // As secret as the messages. SQLite gives the files beside it the same rights.
                using var _ = new FileStream(_path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ChatIndexException($"The search index {_path} cannot be created.", e);
        }
    }

    private SqliteConnection Connect()
    {
        // Pooling would keep the file open after this is disposed.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
