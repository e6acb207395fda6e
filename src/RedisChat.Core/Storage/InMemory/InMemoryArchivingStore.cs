namespace RedisChat;

/// <summary>Takes an archive and leaves it alone: everything stays in memory.</summary>
internal sealed class InMemoryArchivingStore : IArchivingStore
{
    public void UseArchive(IRoomArchive archive) => ArgumentNullException.ThrowIfNull(archive);

    public ValueTask<ArchivedStep> ArchiveStepAsync(string room, ArchivePolicy policy, CancellationToken cancellationToken = default) => new(new ArchivedStep(0, null));

    public ValueTask<ArchivedStep> PreviewStepAsync(string room, ArchivePolicy policy, long skip, CancellationToken cancellationToken = default) => new(new ArchivedStep(0, null));
}
