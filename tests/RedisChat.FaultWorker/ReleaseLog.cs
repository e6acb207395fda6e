namespace RedisChat.Faults;

/// <summary>Records each attachment that is reported as released, slowly enough to be killed between two of them.</summary>
internal sealed class ReleaseLog(HistoryWriter history) : IAttachmentStore
{
    public async ValueTask ReleasedAsync(IReadOnlyList<ReleasedAttachment> attachments, CancellationToken cancellationToken = default)
    {
        foreach (var released in attachments)
        {
            await Task.Delay(1, cancellationToken);
            history.Write(new Acted(released.Room, released.Attachment.Address));
        }
    }
}
