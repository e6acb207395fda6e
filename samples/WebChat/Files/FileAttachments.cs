namespace RedisChat.WebChat.Files;

/// <summary>Deletes files when no message refers to them any more. The chat reports each at least once, also after a node was killed in between.</summary>
internal sealed class FileAttachments(FileStore files) : IAttachmentStore
{
    public ValueTask ReleasedAsync(IReadOnlyList<ReleasedAttachment> attachments, CancellationToken cancellationToken = default)
    {
        foreach (var released in attachments)
        {
            // The filter lets only files of the same room and author through, so nobody else's message loses anything. The page never sends a file twice. A client that does loses it with the first of
            // its messages that lets it go, and one that takes a file out of a message and puts it back may find it deleted: this sample does not count references.
            if (FileAddress.TryParse(released.Attachment.Address, out var room, out var id) && room == released.Room)
            {
                files.Delete(room, id);
            }
        }

        return default;
    }
}
