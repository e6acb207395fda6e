namespace RedisChat.WebChat.Files;

/// <summary>Deletes files when no message refers to them any more. The chat reports each at least once, also after a node was killed in between.</summary>
internal sealed class FileAttachments(FileStore files) : IAttachmentStore
{
    public ValueTask ReleasedAsync(IReadOnlyList<ReleasedAttachment> attachments, CancellationToken cancellationToken = default)
    {
        foreach (var released in attachments)
        {
            // The filter lets only files of the same room and author through, so no other message loses anything.
            if (FileAddress.TryParse(released.Attachment.Address, out var room, out var id) && room == released.Room)
            {
                files.Delete(room, id);
            }
        }

        return default;
    }
}
