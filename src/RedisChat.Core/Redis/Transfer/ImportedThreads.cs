namespace RedisChat.Redis;

/// <summary>The threads of a room that is imported. They follow after their room, so what the room says of them is corrected when all are there.</summary>
/// <param name="calls">Runs the calls.</param>
/// <param name="room">The room.</param>
internal sealed class ImportedThreads(TransferCalls calls, string room)
{
    // Those that the room lists as open, and that were not completed yet.
    private readonly HashSet<long> _open = [];
    private readonly HashSet<long> _toSummarize = [];

    /// <summary>Whether a thread was completed.</summary>
    public bool HasAny { get; private set; }

    /// <summary>Takes a line of the room that says something of a thread.</summary>
    public void Track(FactLine line)
    {
        if (line.IsGone || ThreadText.IsClosed(line.Value(isJson: false)))
        {
            _open.Remove(line.Id);
        }
        else
        {
            _open.Add(line.Id);
        }
    }

    /// <summary>A thread was completed.</summary>
    /// <param name="thread">The message of the thread.</param>
    /// <param name="hasSummary">Whether the room has the summary that fits the thread.</param>
    public void Completed(long thread, bool hasSummary)
    {
        HasAny = true;
        if (_open.Remove(thread) && !hasSummary)
        {
            _toSummarize.Add(thread);
        }
    }

    /// <summary>Adds the corrections, once all threads are there.</summary>
    /// <param name="batch">Where to.</param>
    /// <param name="revision">The revision of the room.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task AddToAsync(WriteBatch batch, long revision, CancellationToken cancellationToken)
    {
        foreach (var thread in _open)
        {
            // It was deleted while the export was running, after the room was read.
            batch.Delete(calls.Keys.Threads(room), thread);
        }

        foreach (var thread in _toSummarize)
        {
            // Its message was deleted between the two, so there is no summary of its position; or an import that was killed had completed it.
            if (await ThreadSummaries.ReadAsync(calls, room, thread, revision, cancellationToken).ConfigureAwait(false) is { } derived)
            {
                batch.Set(calls.Keys.Threads(room), thread, derived.Value);
            }
        }
    }
}
