namespace RedisChat;

/// <summary>Asks a store for its optional abilities.</summary>
public static class MessageStoreExtensions
{
    /// <summary>An optional ability of a store; <see langword="null"/> if it lacks it.</summary>
    /// <typeparam name="T">The interface, for example <see cref="IDurableStore"/>.</typeparam>
    /// <param name="store">The store.</param>
    public static T? GetAbility<T>(this IMessageStore store)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(store);
        return (T?)store.GetAbility(typeof(T));
    }

    /// <summary>An ability that a call cannot do without.</summary>
    /// <param name="store">The store.</param>
    /// <param name="what">The ability in words.</param>
    /// <exception cref="NotSupportedException">The store lacks it.</exception>
    internal static T RequireAbility<T>(this IMessageStore store, string what)
        where T : class =>
        store.GetAbility<T>() ?? throw new NotSupportedException($"{store.GetType().Name} does not support {what} ({typeof(T).Name}).");
}
