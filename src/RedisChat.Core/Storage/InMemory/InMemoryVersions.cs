namespace RedisChat;

/// <summary>The earlier versions of one room's messages.</summary>
internal sealed class InMemoryVersions : IInMemoryFeature
{
    private readonly Dictionary<long, List<MessageVersion>> _versions = [];

    /// <summary>The versions of a message, oldest first.</summary>
    public IReadOnlyList<MessageVersion> List(long messageId) => _versions.TryGetValue(messageId, out var versions) ? [.. versions] : [];

    /// <summary>Keeps the version that an edit replaces.</summary>
    /// <param name="replaced">The message before the edit.</param>
    /// <param name="most">How many versions are kept; 0 to keep nothing.</param>
    public void Keep(Message replaced, int most)
    {
        if (most > 0)
        {
            var versions = _versions.TryGetValue(replaced.Id, out var known) ? known : _versions[replaced.Id] = [];
            versions.RemoveAll(version => version.Version == replaced.Version - most);
            versions.Add(MessageVersion.Of(replaced));
        }
    }

    MessagePage IInMemoryFeature.AddTo(MessagePage page, string? reader) => page;

    RoomEvent IInMemoryFeature.StateOf(InMemorySubject subject, RoomPosition position, long revision) =>
        throw new NotSupportedException("Versions raise no events of their own.");

    RoomEvent? IInMemoryFeature.StateOfNew(long messageId, RoomPosition position) => null;

    void IInMemoryFeature.Remove(long messageId) => _versions.Remove(messageId);
}
