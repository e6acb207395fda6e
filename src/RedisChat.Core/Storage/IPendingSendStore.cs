namespace RedisChat;

/// <summary>
/// Prepares sends. A store implements it if it can recognize a repeated attempt by itself, without an idempotency key;
/// every other store is used through <see cref="RepeatableSends"/>.
/// </summary>
internal interface IPendingSendStore
{
    /// <summary>Prepares to send one message.</summary>
    IPendingSend Prepare(string room, NewMessage message, Durability durability);

    /// <summary>Prepares to send several messages atomically.</summary>
    IPendingSend Prepare(string room, IReadOnlyList<NewMessage> messages, Durability durability);
}
