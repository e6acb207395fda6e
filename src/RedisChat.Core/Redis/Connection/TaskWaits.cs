using System.Runtime.CompilerServices;

namespace RedisChat.Redis;

/// <summary>
/// Waits for answers that may arrive after the caller has stopped waiting. The client library makes them fail seconds later, and an exception that
/// was never observed is reported to the host.
/// </summary>
internal static class TaskWaits
{
    /// <summary>Waits until canceled.</summary>
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

    /// <summary>Waits until canceled.</summary>
    public static Task UntilAsync(this Task answer, CancellationToken cancellationToken) =>
        answer.UntilAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);

    /// <summary>Waits until canceled or the time is up.</summary>
    /// <exception cref="TimeoutException">The time is up.</exception>
    public static async Task<T> UntilAsync<T>(this Task<T> answer, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken = default)
    {
        await ((Task)answer).UntilAsync(timeout, time, cancellationToken).ConfigureAwait(false);
        return await answer.ConfigureAwait(false);
    }

    /// <summary>Waits until canceled or the time is up.</summary>
    /// <exception cref="TimeoutException">The time is up.</exception>
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

    /// <summary>Waits until the task has ended, successfully or not, or the time is up. Leaves no timer behind.</summary>
    public static async Task EndedAsync(this Task task, TimeSpan timeout, TimeProvider time)
    {
        using var ended = new CancellationTokenSource();
        task.Observe();
        await Task.WhenAny(task, Task.Delay(timeout, time, ended.Token)).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Observes the answer's exception if it fails, for one of several answers that are awaited one after the other.</summary>
    public static Task<T> Observed<T>(this Task<T> answer)
    {
        answer.Observe();
        return answer;
    }

    /// <summary>Observes the answer's exception if it fails.</summary>
    public static void Observe(this Task answer) =>
        answer.ContinueWith(
            static failed => _ = failed.Exception,
            CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
