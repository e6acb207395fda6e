namespace RedisChat;

/// <summary>Shorthands for calling a store, and for requesting its optional abilities.</summary>
public static class MessageStoreExtensions
{
    /// <summary>An optional ability of a store; <see langword="null"/> if the store lacks it.</summary>
    /// <typeparam name="T">The interface, for example <see cref="IDurableStore"/>.</typeparam>
    /// <param name="store">The store.</param>
    public static T? GetAbility<T>(this IMessageStore store)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(store);
        return (T?)store.GetAbility(typeof(T));
    }

    /// <summary>Streams a room's events live, without other options.</summary>
    /// <param name="store">The store.</param>
    /// <param name="room">The room's id; it need not exist yet.</param>
    /// <param name="after">What the watcher has seen; <see langword="null"/> to start with the events from now on.</param>
    /// <param name="cancellationToken">Ends the stream with an <see cref="OperationCanceledException"/>.</param>
    public static IAsyncEnumerable<RoomEvent> WatchAsync(
        this IMessageStore store, string room, RoomPosition? after = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.WatchAsync(room, WatchOptions.From(after), cancellationToken);
    }

    /// <summary>An ability that a call requires.</summary>
    /// <param name="store">The store.</param>
    /// <param name="what">A description of the ability.</param>
    /// <exception cref="NotSupportedException">The store lacks it.</exception>
    internal static T RequireAbility<T>(this IMessageStore store, string what)
        where T : class =>
        store.GetAbility<T>() ?? throw new NotSupportedException($"{store.GetType().Name} does not support {what} ({typeof(T).Name}).");
}
