using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace RedisChat;

/// <summary>
/// Retries calls that fail because the store is unavailable, within one deadline for all attempts. A call that may have happened is retried only if
/// that is safe.
/// </summary>
internal sealed class RetryPolicy(TimeSpan timeout, TimeProvider time, ILogger logger)
{
    private const double FirstDelayMs = 20;
    private const double LongestDelayMs = 1000;
    private const int MostDeadlinesKept = 1024;

    // Deadlines that did not expire, for reuse.
    private readonly ConcurrentQueue<CancellationTokenSource> _deadlines = new();

    /// <summary>Makes attempts until one succeeds, or the deadline has passed.</summary>
    /// <param name="operation">The kind of call.</param>
    /// <param name="state">The attempt's input.</param>
    /// <param name="attempt">The call.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T> RunAsync<TState, T>(
        ChatOperation operation, TState state, Func<TState, CancellationToken, ValueTask<T>> attempt, CancellationToken cancellationToken)
    {
        var deadline = NewDeadline();
        var linked = cancellationToken.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token)
            : null;
        var token = linked?.Token ?? deadline.Token;
        var mayHaveHappened = false;

        try
        {
            for (var attempts = 1; ; attempts++)
            {
                Exception last;
                try
                {
                    return await attempt(state, token).ConfigureAwait(false);
                }
                catch (ChatUnavailableException e)
                {
                    last = e;
                    mayHaveHappened |= e.MayHaveHappened && operation.Writes;
                }
                catch (ChatTopologyException e)
                {
                    // The error is temporary, and nothing was written.
                    last = e;
                }
                catch (ChatException e) when (mayHaveHappened && e is not (ChatDurabilityException or ChatIdempotencyConflictException))
                {
                    // This attempt did nothing, but an earlier one may have been carried out, perhaps by another server.
                    ChatLog.GaveUp(logger, operation.Name, attempts, timeout.TotalMilliseconds, e);
                    throw Failed(operation, mayHaveHappened, e);
                }
                catch (ChatDurabilityException) when (cancellationToken.IsCancellationRequested)
                {
                    throw new OperationCanceledException(cancellationToken);
                }
                catch (OperationCanceledException e) when (token.IsCancellationRequested)
                {
                    // Only the wait ended: a command that was sent may still arrive.
                    last = e;
                    mayHaveHappened |= operation.Writes;
                }

                cancellationToken.ThrowIfCancellationRequested();
                if (deadline.IsCancellationRequested
                    || (mayHaveHappened && !operation.IsRepeatable)
                    || !await PauseAsync(operation.Name, attempts, last, token).ConfigureAwait(false))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    ChatLog.GaveUp(logger, operation.Name, attempts, timeout.TotalMilliseconds, last);
                    throw Failed(operation, mayHaveHappened, last);
                }
            }
        }
        finally
        {
            linked?.Dispose();
            End(deadline);
        }
    }

    /// <summary>Waits before the next attempt; <see langword="false"/> if there is not enough time for one.</summary>
    private async ValueTask<bool> PauseAsync(string operation, int attempts, Exception last, CancellationToken cancellationToken)
    {
        // Half of the delay is random, so that processes that failed together do not come back together.
        var delay = Math.Min(FirstDelayMs * Math.Pow(2, Math.Min(attempts - 1, 10)), LongestDelayMs) * (0.5 + (Random.Shared.NextDouble() / 2));
        ChatLog.Retrying(logger, operation, delay, attempts, last);
        ChatTelemetry.Retry(operation);
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(delay), time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private CancellationTokenSource NewDeadline()
    {
        if (!_deadlines.TryDequeue(out var deadline))
        {
            return new CancellationTokenSource(timeout, time);
        }

        deadline.CancelAfter(timeout);
        return deadline;
    }

    private void End(CancellationTokenSource deadline)
    {
        if (deadline.TryReset() && _deadlines.Count < MostDeadlinesKept)
        {
            _deadlines.Enqueue(deadline);
        }
        else
        {
            deadline.Dispose();
        }
    }

    private ChatException Failed(ChatOperation operation, bool mayHaveHappened, Exception? last)
    {
        if (last is ChatTopologyException twoPrimaries && !mayHaveHappened)
        {
            return twoPrimaries;
        }

        var reason = last is ChatException ? last.Message : "The store did not answer.";
        var outcome = mayHaveHappened ? operation.InDoubt : "Nothing was changed; try again later.";
        return new ChatUnavailableException($"{operation.Failure} within {timeout.TotalSeconds:0.###} s. {reason} {outcome}", last)
        {
            MayHaveHappened = mayHaveHappened,
        };
    }
}
