namespace RedisChat.Benchmarks.Delivery;

/// <summary>Counts the watchers' messages, and detects when all watchers have everything.</summary>
internal abstract class Reception(int watchers, int messages)
{
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int[] _counts = new int[watchers];
    private int _incomplete = watchers;

    /// <summary>Whether it needs each message's number, which costs every watcher time to read.</summary>
    public abstract bool IsNumbered { get; }

    public int WatcherCount => _counts.Length;

    public int Messages => messages;

    /// <summary>A watcher has received a message.</summary>
    /// <param name="watcher">The watcher's number. One watcher receives one message after the other.</param>
    /// <param name="number">The message's number, if wanted.</param>
    /// <param name="published">When it was published, in µs since 1970, by the clock of this machine; 0 if not known.</param>
    public void Received(int watcher, int number, long published)
    {
        Note(watcher, number, published);
        if (++_counts[watcher] == messages && Interlocked.Decrement(ref _incomplete) == 0)
        {
            _complete.TrySetResult();
        }
    }

    /// <summary>A watcher has failed, and so has the measurement.</summary>
    public void Failed(Exception error) => _complete.TrySetException(error);

    public async Task CompletedAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await _complete.Task.WaitAsync(patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{_incomplete} of {WatcherCount} watchers have not received all of {messages} messages, the first of them {_counts[0]}.");
        }
    }

    protected abstract void Note(int watcher, int number, long published);
}
