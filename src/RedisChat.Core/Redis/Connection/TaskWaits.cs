using System.Runtime.CompilerServices;

namespace RedisChat.Redis;

/// <summary>
/// Waits for answers that may come when nobody waits for them any more. The client library lets them fail seconds later, and an exception that
/// nobody looks at is reported to the host as unobserved.
/// </summary>
internal static class TaskWaits
{
    /// <summary>Waits until cancelled.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<T> UntilAsync<T>(this Task<T> answer, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch when (!answer.IsCompleted)
        {
            answer.Observe();
            throw;
        }
    }

    /// <summary>Waits until cancelled.</summary>
    public static Task UntilAsync(this Task answer, CancellationToken cancellationToken) =>
        answer.UntilAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);

    /// <summary>Waits until cancelled or the time is up.</summary>
    /// <exception cref="TimeoutException">It is.</exception>
    public static async Task<T> UntilAsync<T>(this Task<T> answer, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken = default)
    {
        await ((Task)answer).UntilAsync(timeout, time, cancellationToken).ConfigureAwait(false);
        return await answer.ConfigureAwait(false);
    }

    /// <summary>Waits until cancelled or the time is up.</summary>
    /// <exception cref="TimeoutException">It is.</exception>
    public static async Task UntilAsync(this Task answer, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken = default)
    {
        try
        {
            await answer.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch when (!answer.IsCompleted)
        {
            answer.Observe();
            throw;
        }
    }

    /// <summary>Waits until it has ended in whatever way, or the time is up. Leaves no timer behind.</summary>
    public static async Task EndedAsync(this Task task, TimeSpan timeout, TimeProvider time)
    {
        using var ended = new CancellationTokenSource();
        task.Observe();
        await Task.WhenAny(task, Task.Delay(timeout, time, ended.Token)).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Looks at the answer's exception, should it come to nothing: for one of several answers that are waited for one after the other.</summary>
    public static Task<T> Observed<T>(this Task<T> answer)
    {
        answer.Observe();
        return answer;
    }

    /// <summary>Looks at the answer's exception, should it come to nothing.</summary>
    public static void Observe(this Task answer) =>
        answer.ContinueWith(
            static failed => _ = failed.Exception,
            CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
