namespace RedisChat;

/// <summary>
/// A send that was prepared: it is attempted, one attempt after the other, until one succeeds, and then has its receipts. Not to be used once disposed,
/// because the store may use it again for another send.
/// </summary>
internal interface IPendingSend : IDisposable
{
    /// <summary>The receipt of the first message, once an attempt has succeeded.</summary>
    MessageReceipt Receipt { get; }

    /// <summary>The receipts of all messages, once an attempt has succeeded.</summary>
    IReadOnlyList<MessageReceipt> Receipts { get; }

    /// <summary>Tries to append the messages. What an earlier attempt stored is not stored again.</summary>
    /// <returns>This send.</returns>
    ValueTask<IPendingSend> AttemptAsync(CancellationToken cancellationToken);
}
