namespace RedisChat;

/// <summary>
/// Prepares sends. A store implements it if it recognizes a send that is attempted again by means of its own, and so needs no idempotency key for that;
/// every other store is used through <see cref="RepeatableSends"/>.
/// </summary>
internal interface IPendingSendStore
{
    /// <summary>Prepares to send one message.</summary>
    IPendingSend Prepare(string room, NewMessage message, Durability durability);

    /// <summary>Prepares to send several messages, all or none.</summary>
    IPendingSend Prepare(string room, IReadOnlyList<NewMessage> messages, Durability durability);
}
