namespace RedisChat;

/// <summary>
/// Sends to a store that recognizes repetitions only by idempotency keys, if at all. Messages without a key get a generated one, which is the same for
/// all attempts.
/// </summary>
internal sealed class RepeatableSends(IMessageStore store) : IPendingSendStore
{
    public IPendingSend Prepare(string room, NewMessage message, Durability durability) => Prepare(room, [message], durability);

    public IPendingSend Prepare(string room, IReadOnlyList<NewMessage> messages, Durability durability) =>
        new Send(store, room, store.RecognizesRepeatedAppends ? [.. messages.Select(WithKey)] : messages, durability);

    private static NewMessage WithKey(NewMessage message) =>
        message.IdempotencyKey is not null ? message : message with { IdempotencyKey = Guid.NewGuid().ToString("n"), IsKeyGenerated = true };

    private sealed class Send(IMessageStore store, string room, IReadOnlyList<NewMessage> messages, Durability durability) : IPendingSend
    {
        public MessageReceipt Receipt => Receipts[0];

        public IReadOnlyList<MessageReceipt> Receipts { get; private set; } = [];

        public async ValueTask<IPendingSend> AttemptAsync(CancellationToken cancellationToken)
        {
            Receipts = durability == Durability.Memory
                ? await store.AppendAsync(room, messages, cancellationToken).ConfigureAwait(false)
                : await store.GetAbility<IDurableStore>()!.AppendAsync(room, messages, durability, cancellationToken).ConfigureAwait(false);
            return this;
        }

        public void Dispose()
        {
        }
    }
}
