using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Runs calls against the database. This is the one place that connects, and that turns what the client library and the server throw into the
/// chat's errors; the operation runner of the facade adds the room and the operation to them.
/// </summary>
internal sealed class RedisCalls(RedisConnection connection)
{
    /// <summary>Runs a call.</summary>
    /// <param name="state">What the call needs; passed along so that the delegate can be static.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Cancels waiting for a connection, and the call.</param>
    /// <param name="writes">Whether a call without an answer leaves open whether something was written.</param>
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
}
