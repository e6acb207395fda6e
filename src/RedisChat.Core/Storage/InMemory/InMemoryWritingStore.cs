namespace RedisChat;

/// <summary>Keeps messages that are being written in memory.</summary>
/// <param name="room">Returns a room, and creates it if there is none.</param>
internal sealed class InMemoryWritingStore(Func<string, InMemoryRoom> room) : IWritingStore
{
    public ValueTask<MessageReceipt> BeginWritingAsync(string room, NewMessage message, string writer, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Room(room).Append([message.Snapshot() with { Writer = new WritingLease(writer, lease) }])[0]);
    }

    public ValueTask<long> AppendPartAsync(string room, long messageId, WrittenPart part, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var found = Room(room);
        lock (found.Gate)
        {
            return new(found.Writing.Append(messageId, part));
        }
    }

    public ValueTask<Message?> EndWritingAsync(string room, long messageId, string writer, string? text, Actor by, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var found = Room(room);
        lock (found.Gate)
        {
            return new(found.Writing.End(messageId, writer, text, by));
        }
    }

    private InMemoryRoom Room(string name) => room(name);
}
