namespace RedisChat;

/// <summary>Keeps versions in memory.</summary>
/// <param name="find">Finds a room, if there is one.</param>
internal sealed class InMemoryVersionStore(Func<string, InMemoryRoom?> find) : IVersionStore
{
    public ValueTask<IReadOnlyList<MessageVersion>> ListVersionsAsync(string room, Message message, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (find(room) is not { } found)
        {
            return new([]);
        }

        lock (found.Gate)
        {
            return new([.. found.Versions.List(message.Id).Where(version => version.Version < message.Version)]);
        }
    }
}
