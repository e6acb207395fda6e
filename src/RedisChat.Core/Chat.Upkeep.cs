namespace RedisChat;

/// <content>Work in the background.</content>
public sealed partial class Chat
{
    /// <summary>Does what rooms need in the background, until it is canceled. Run it in one process or in several, for example in a <c>BackgroundService</c>.</summary>
    /// <remarks>
    /// While no process runs it, nothing is lost: the work waits. A room in which work fails, or whose process dies, is tried again after <see cref="UpkeepOptions.Lease"/>. While the store cannot be reached it
    /// waits, and logs.
    /// </remarks>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    /// <exception cref="NotSupportedException">The store does not support upkeep.</exception>
    public Task RunUpkeepAsync(CancellationToken cancellationToken = default)
    {
        var upkeep = _store.RequireAbility<IUpkeepStore>("room upkeep");
        var sweep = (_runner.Options.Retention is not null || _runner.Options.Archive is not null) && _store.GetAbility<IRetentionStore>() is not null && _store.GetAbility<IRoomDirectoryStore>() is { } rooms
            ? new UpkeepSweep(rooms, upkeep, _runner)
            : null;
        return new UpkeepRunner(upkeep, _runner, Upkeeps()).RunAsync(sweep, cancellationToken);
    }

    /// <summary>What the features do in the background.</summary>
    private List<IRoomUpkeep> Upkeeps()
    {
        var upkeeps = new List<IRoomUpkeep>();
        if (_store.GetAbility<IExpiryStore>() is { } expiry)
        {
            upkeeps.Add(new ExpiryUpkeep(_store, expiry, _runner));
        }

        if (_store.GetAbility<IRetentionStore>() is { } retention)
        {
            upkeeps.Add(new RetentionUpkeep(_store, retention, _runner));
        }

        // After those that delete, so that what they took out of the archive is gone from there soon.
        if (HasArchive && _store.GetAbility<IArchivingStore>() is { } archiving)
        {
            upkeeps.Add(new ArchiveUpkeep(archiving, _runner));
        }

        if (_runner.Options.DeleteThreads && _store.GetAbility<IThreadStore>() is not null)
        {
            upkeeps.Add(new ThreadUpkeep(_store, _runner));
        }

        // Last, because it reports what the others have deleted.
        if (_store.GetAbility<IAttachmentNoticeStore>() is { } notices)
        {
            upkeeps.Add(new AttachmentUpkeep(notices, _attachments, _runner));
        }

        return upkeeps;
    }
}
