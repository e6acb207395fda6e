namespace RedisChat;

/// <summary>Keeps link previews in memory.</summary>
/// <param name="find">Finds a room, if there is one.</param>
internal sealed class InMemoryPreviewStore(Func<string, InMemoryRoom?> find) : ILinkPreviewStore
{
    public ValueTask<Message?> ChangePreviewsAsync(string room, long messageId, Func<Message, LinkPreviewList> decide, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (find(room) is not { } found)
        {
            return default;
        }

        lock (found.Gate)
        {
            return new(found.Previews.Change(messageId, decide));
        }
    }
}
