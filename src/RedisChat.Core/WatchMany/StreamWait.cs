using System.Threading.Tasks.Sources;

namespace RedisChat;

/// <summary>
/// A consumer's wait for the next event of a stream. Can be used again, so waiting allocates nothing. Guarded by the lock of the stream, except that
/// the consumer is resumed outside of it, because that runs the application's code.
/// </summary>
internal sealed class StreamWait : IValueTaskSource<bool>, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<bool> _next;
    private Exception? _error;
    private bool _hasEvent;

    /// <summary>Whether the consumer waits, and its outcome is not decided.</summary>
    public bool IsPending { get; private set; }

    public ValueTask<bool> Begin()
    {
        _next.Reset();
        IsPending = true;
        return new(this, _next.Version);
    }

    /// <summary>Decides the outcome. The caller must then resume the consumer.</summary>
    /// <param name="hasEvent">Whether there is an event; if not, the stream has ended.</param>
    /// <param name="error">The error with which the stream has ended, if there is one.</param>
    public void Decide(bool hasEvent, Exception? error = null) => (IsPending, _hasEvent, _error) = (false, hasEvent, error);

    /// <summary>Resumes the consumer on this thread.</summary>
    public void Resume()
    {
        var error = _error;
        _error = null;
        if (error is null)
        {
            _next.SetResult(_hasEvent);
        }
        else
        {
            _next.SetException(error);
        }
    }

    /// <summary>Resumes the consumer on the thread pool: on a thread that belongs to another caller, its code must not run.</summary>
    public void ResumeOnPool() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);

    void IThreadPoolWorkItem.Execute() => Resume();

    bool IValueTaskSource<bool>.GetResult(short token) => _next.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _next.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _next.OnCompleted(continuation, state, token, flags);
}
