using RedisChat;

namespace Snippets;

/// <summary>README, "Attachments" and "Link previews".</summary>
internal static class Attachments
{
    public static async Task RunAsync(IMessageStore store)
    {
        var chat = new Chat(store, previewer: new Titles(), attachments: new Pictures());
        var room = chat.Room("holidays");

        #region attach
        var sent = await room.SendAsync(new NewMessage("alice", "The beach")
        {
            Attachments =
            [
                new Attachment
                {
                    Kind = AttachmentKinds.Image,
                    Name = "beach.jpg",
                    MediaType = "image/jpeg",
                    Size = 182_044,
                    Address = "pictures/17",
                    Preview = new AttachmentPreview { Text = "Sand and sea", Address = "pictures/17/small", Width = 1600, Height = 1200 },
                },
            ],
        });

        await room.EditAsync(sent.Id, "alice", new MessageEdit("No picture after all") { Attachments = [] });
        #endregion
    }

    #region attachment-store
    public sealed class Pictures : IAttachmentStore // AddRedisChat(…).AddAttachmentStore<Pictures>()
    {
        public async ValueTask ReleasedAsync(IReadOnlyList<ReleasedAttachment> attachments, CancellationToken cancellationToken = default)
        {
            foreach (var released in attachments)
            {
                await DeletePictureAsync(released.Attachment.Address, cancellationToken); // must succeed if it is gone already
            }
        }
    }
    #endregion

    #region previewer
    public sealed class Titles : ILinkPreviewer // AddRedisChat(…).AddLinkPreviewer<Titles>()
    {
        public async ValueTask<LinkPreview?> PreviewAsync(Uri link, CancellationToken cancellationToken = default) =>
            await FetchSafelyAsync(link, cancellationToken) is { } title ? new LinkPreview { Address = link.OriginalString, Title = title } : null;
    }
    #endregion

    private static Task DeletePictureAsync(string address, CancellationToken cancellationToken) => Task.CompletedTask;

    private static Task<string?> FetchSafelyAsync(Uri link, CancellationToken cancellationToken) => Task.FromResult<string?>(link.Host);
}
