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
    public Task RunUpkeepAsync(CancellationToken cancellationToken = default) =>
        new UpkeepRunner(_store.RequireAbility<IUpkeepStore>("room upkeep"), _runner, Upkeeps()).RunAsync(cancellationToken);

    /// <summary>What the features do in the background.</summary>
    private IReadOnlyList<IRoomUpkeep> Upkeeps() =>
        _store.GetAbility<IAttachmentNoticeStore>() is { } notices ? [new AttachmentUpkeep(notices, _attachments, _runner)] : [];
}
