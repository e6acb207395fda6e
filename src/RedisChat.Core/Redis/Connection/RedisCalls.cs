using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Runs calls against the database. This is the one place that connects and that translates exceptions of the client library and the server into
/// the chat's errors. The facade's operation runner adds the room and the operation to them.
/// </summary>
internal sealed class RedisCalls(RedisConnection connection)
{
    /// <summary>Runs a call.</summary>
    /// <param name="state">The call's input, passed along so that the delegate can be static.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Cancels waiting for a connection, and the call.</param>
    /// <param name="writes">Whether a call that gets no answer may still have written something.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T> RunAsync<TState, T>(
        TState state, Func<IDatabase, TState, CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken, bool writes = false)
    {
        var database = await connection.GetDatabaseAsync(cancellationToken, writes).ConfigureAwait(false);
        try
        {
            return await call(database, state, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (connection.Errors.TryTranslate(e, out var error, writes))
        {
            throw error;
        }
    }

    /// <summary>Runs a call that precedes a change: if it is canceled, nothing was changed.</summary>
    /// <param name="state">The call's input.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Cancels waiting for a connection, and the call.</param>
    /// <exception cref="ChatUnavailableException">It was canceled, or there is no connection.</exception>
    public async ValueTask<T> RunBeforeChangeAsync<TState, T>(
        TState state, Func<IDatabase, TState, CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(state, call, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw RedisErrors.NotSent(e);
        }
    }
}
