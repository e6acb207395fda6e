using System.Security.Cryptography;

namespace RedisChat.Redis;

/// <summary>The application's key ring, asked for the data keys of rooms and users' scopes. One that hangs or fails is like a store that cannot be reached.</summary>
/// <param name="ring">The key ring.</param>
/// <param name="time">The clock.</param>
internal sealed class ScopeKeyRing(IChatKeyRing ring, TimeProvider time)
{
    // A ring that hangs must not hang everyone who uses the room.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Wraps a key.</summary>
    /// <exception cref="ChatUnavailableException">The ring failed for another reason than the key.</exception>
    public ValueTask<byte[]> WrapAsync(byte[] key, string scope, CancellationToken cancellationToken) =>
        AskAsync(() => ring.WrapAsync(key, NameOf(scope), cancellationToken), cancellationToken);

    /// <summary>Unwraps a key.</summary>
    /// <exception cref="CryptographicException">The ring cannot unwrap it.</exception>
    /// <exception cref="ChatUnavailableException">The ring failed for another reason than the key.</exception>
    public ValueTask<byte[]> UnwrapAsync(byte[] wrapped, string scope, CancellationToken cancellationToken) =>
        AskAsync(() => ring.UnwrapAsync(wrapped, NameOf(scope), cancellationToken), cancellationToken);

    /// <summary>Whether a key is wrapped with the ring's present master key.</summary>
    /// <exception cref="ChatUnavailableException">The ring failed for another reason than the key.</exception>
    public ValueTask<bool> IsCurrentAsync(byte[] wrapped, CancellationToken cancellationToken) =>
        AskAsync(() => new ValueTask<bool>(ring.IsCurrent(wrapped)), cancellationToken);

    /// <summary>What the key ring knows the scope by: a wrapped key belongs to it.</summary>
    private static string NameOf(string scope) => UserScope.TryGetUser(scope, out var user) ? $"user:{user}" : $"room:{scope}";

    /// <summary>Calls the key ring.</summary>
    /// <param name="ask">The call.</param>
    /// <param name="cancellationToken">The caller's token. A ring that cancels its own call has failed.</param>
    /// <exception cref="ChatUnavailableException">It failed for another reason than the key.</exception>
    private async ValueTask<T> AskAsync<T>(Func<ValueTask<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask().AsTask().UntilAsync(Patience, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (CryptographicException or ChatException) && !(e is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw new ChatUnavailableException($"The key ring {ring.GetType().Name} failed. Nothing was done. See the inner exception.", e);
        }
    }
}
