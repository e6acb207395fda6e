using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace RedisChat;

/// <summary>
/// Runs every call of the facade and of the features: limits the number of pending calls, retries within one deadline, records telemetry, and sets
/// room and operation in errors. A feature's call is one line.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class OperationRunner(ChatOptions options, TimeProvider time, ILogger logger)
{
    private readonly RetryPolicy _retry = new(options.OperationTimeout, time, logger);
    private readonly PendingOperations _pending = new(options.MaxPendingOperations);

    public ChatOptions Options => options;

    /// <summary>The durability of sends that do not specify one.</summary>
    public Durability Durability { get; } = options.Durability.ToDurability();

    public ILogger Logger => logger;

    public TimeProvider Time => time;

    /// <summary>Runs a call.</summary>
    /// <param name="operation">The kind of call.</param>
    /// <param name="room">The room, for errors and traces; <see langword="null"/> if the call does not concern one.</param>
    /// <param name="state">The call's input, passed along so that the delegate can be static.</param>
    /// <param name="attempt">The call. May run several times.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T> RunAsync<TState, T>(
        ChatOperation operation, string? room, TState state, Func<TState, CancellationToken, ValueTask<T>> attempt, CancellationToken cancellationToken)
    {
        var activity = ChatTelemetry.Start(operation.Name, room);
        var start = time.GetTimestamp();
        Exception? error = null;
        try
        {
            using var pending = _pending.Enter();
            return await _retry.RunAsync(operation, state, attempt, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            error = e;
            (e as ChatException)?.Complete(room, operation.Name);
            throw;
        }
        finally
        {
            ChatTelemetry.Finish(activity, operation.Name, time.GetElapsedTime(start), error);
        }
    }

    /// <summary>Runs a step that must not be repeated, without retries or a deadline of its own; otherwise like <see cref="RunAsync"/>.</summary>
    /// <param name="operation">The name of the step: one of <see cref="ChatOperations"/>.</param>
    /// <param name="room">The room, for errors and traces.</param>
    /// <param name="state">The step's input.</param>
    /// <param name="step">The step.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public async ValueTask<T> RunOnceAsync<TState, T>(
        string operation, string room, TState state, Func<TState, CancellationToken, ValueTask<T>> step, CancellationToken cancellationToken)
    {
        var activity = ChatTelemetry.Start(operation, room);
        var start = time.GetTimestamp();
        Exception? error = null;
        try
        {
            using var pending = _pending.Enter();
            return await step(state, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            error = e;
            (e as ChatException)?.Complete(room, operation);
            throw;
        }
        finally
        {
            ChatTelemetry.Finish(activity, operation, time.GetElapsedTime(start), error);
        }
    }
}
