namespace RedisChat;

/// <summary>Decides about messages before they are stored: accepts them, replaces their text, or refuses them.</summary>
/// <remarks>
/// <para>
/// Filters run on every send and every edit of a <see cref="Chat"/>, after its input checks and before anything is sent to the store; deletions, reactions and what the
/// application itself sends or edits (<see cref="NewMessage.IsFromApplication"/>, <see cref="Actor.Application"/>) are not filtered. They run
/// in the order of their registration, each on what the previous one made of the message, and once for each call, however many attempts the store needs. The
/// messages of a batch are filtered one after the other; if one is refused, none is stored.
/// </para>
/// <para>
/// All filters together have <see cref="MessageFilterOptions.Timeout"/> for a message. A filter fails if it throws, if the time is up, or if what it returns is not
/// valid. <see cref="MessageFilterOptions.OnFailure"/> decides what happens then. Either way the log names the filter.
/// </para>
/// <para>
/// A repetition under the same <see cref="NewMessage.IdempotencyKey"/> is recognized by what the caller sent, not by what the filters made of it, so a filter need
/// not decide the same way twice. It runs again on the repetition, though: if it refuses then, the call fails, although the first one may have stored the message.
/// </para>
/// <para>
/// Implementations must be thread-safe: a chat uses one instance for all calls. <see cref="FilterAsync"/> begins on the thread of the sender, and the time limit
/// cannot interrupt a filter that blocks it.
/// </para>
/// </remarks>
public interface IMessageFilter
{
    /// <summary>Decides about a message.</summary>
    /// <param name="message">The message, as the previous filters left it.</param>
    /// <param name="cancellationToken">Canceled when the time is up or the sender gives up. What the filter returns after that is ignored.</param>
    /// <returns>The decision; not <see langword="null"/>.</returns>
    ValueTask<FilterDecision> FilterAsync(FilteredMessage message, CancellationToken cancellationToken = default);
}
