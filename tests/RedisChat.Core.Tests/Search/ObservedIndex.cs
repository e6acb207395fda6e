using RedisChat.Search.Sqlite;

namespace RedisChat.Tests.Search;

/// <summary>An index in a temporary file whose changes can be awaited, and which can be told to fail.</summary>
internal sealed class ObservedIndex : IMessageIndex, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("redischat-search-");
    private volatile TaskCompletionSource _changed = New();

    public ObservedIndex() => File = new SqliteMessageIndex(Path);

    public string Path => System.IO.Path.Combine(_directory.FullName, "search.db");

    public SqliteMessageIndex File { get; private set; }

    /// <summary>Says of each batch whether the index fails instead of applying it.</summary>
    public Func<bool> Fails { get; set; } = () => false;

    /// <summary>Says of each batch whether the index fails after applying it.</summary>
    public Func<bool> FailsThen { get; set; } = () => false;

    public void Dispose()
    {
        File.Dispose();
        _directory.Refresh();
        if (_directory.Exists)
        {
            _directory.Delete(recursive: true);
        }
    }

    /// <summary>Opens the file again, as a new process would.</summary>
    public void Reopen()
    {
        File.Dispose();
        File = new SqliteMessageIndex(Path);
    }

    public ValueTask<IReadOnlyList<string>> ListRoomsAsync(CancellationToken cancellationToken = default) => File.ListRoomsAsync(cancellationToken);

    public ValueTask<RoomPosition?> ReadPositionAsync(string room, CancellationToken cancellationToken = default) => File.ReadPositionAsync(room, cancellationToken);

    public async ValueTask<bool> ApplyAsync(IndexBatch batch, CancellationToken cancellationToken = default)
    {
        if (Fails())
        {
            throw new ChatIndexException("The test wants this.");
        }

        var isApplied = await File.ApplyAsync(batch, cancellationToken);
        Interlocked.Exchange(ref _changed, New()).SetResult();
        return FailsThen() ? throw new ChatIndexException("The test wants this.") : isApplied;
    }

    public ValueTask<IReadOnlyList<IndexHit>> FindAsync(IndexQuery query, CancellationToken cancellationToken = default) => File.FindAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<IReadOnlyList<TextRange>>> HighlightAsync(string search, IReadOnlyList<string> texts, CancellationToken cancellationToken = default) =>
        File.HighlightAsync(search, texts, cancellationToken);

    /// <summary>Waits until something holds, which is checked after each change of the index.</summary>
    public async Task UntilAsync(Func<Task<bool>> holds)
    {
        while (true)
        {
            var changed = _changed;
            if (await holds())
            {
                return;
            }

            await changed.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until rooms are indexed as they are now. Nobody must write to them meanwhile.</summary>
    public async Task CaughtUpAsync(Chat chat, params string[] rooms)
    {
        var behind = "";
        try
        {
            await UntilAsync(async () =>
            {
                foreach (var room in rooms)
                {
                    var position = (await chat.ReceiveAsync(room, cancellationToken: TestContext.Current.CancellationToken)).Position;
                    var indexed = await File.ReadPositionAsync(room);
                    if (indexed != (position == RoomPosition.Start ? null : position))
                    {
                        behind = $"{room} is at {position}, and in the index at {indexed}";
                        return false;
                    }
                }

                return true;
            });
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException(behind, e);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
