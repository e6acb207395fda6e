namespace RedisChat;

/// <summary>
/// A prepared send. It is attempted until one attempt succeeds, and then has its receipts. Must not be used after it was disposed, because the
/// store may reuse it for another send.
/// </summary>
internal interface IPendingSend : IDisposable
{
    /// <summary>The receipt of the first message, once an attempt has succeeded.</summary>
    MessageReceipt Receipt { get; }

    /// <summary>The receipts of all messages, once an attempt has succeeded.</summary>
    IReadOnlyList<MessageReceipt> Receipts { get; }

    /// <summary>Tries to append the messages. Messages that an earlier attempt stored are not stored again.</summary>
    /// <returns>This send.</returns>
    ValueTask<IPendingSend> AttemptAsync(CancellationToken cancellationToken);
}
