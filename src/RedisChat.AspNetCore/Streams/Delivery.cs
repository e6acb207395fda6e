namespace RedisChat.AspNetCore;

/// <summary>A part of a stream that its client opens and closes: the inbox, or the drafts. Thread-safe.</summary>
/// <param name="ended">Ends it together with the stream.</param>
internal sealed class Delivery(CancellationToken ended)
{
    private readonly object _lock = new();
    private CancellationTokenSource? _ending;
    private Task _task = Task.CompletedTask;

    /// <summary>Starts to deliver, unless that has begun already or the stream has ended.</summary>
    /// <param name="deliver">Delivers until it is canceled. Must not throw.</param>
    public void Open(Func<CancellationToken, Task> deliver)
    {
        lock (_lock)
        {
            if (_ending is null && !ended.IsCancellationRequested)
            {
                _ending = CancellationTokenSource.CreateLinkedTokenSource(ended);
                _task = deliver(_ending.Token);
            }
        }
    }

    /// <summary>Stops to deliver.</summary>
    /// <returns>Whether it was open.</returns>
    public async ValueTask<bool> CloseAsync()
    {
        CancellationTokenSource? ending;
        Task task;
        lock (_lock)
        {
            (ending, task, _ending, _task) = (_ending, _task, null, Task.CompletedTask);
        }

        if (ending is null)
        {
            return false;
        }

        await ending.CancelAsync().ConfigureAwait(false);
        await task.ConfigureAwait(false);
        ending.Dispose();
        return true;
    }
}
