namespace RedisChat.WebChat.Previews;

/// <summary>Makes the previews of links: to rooms of this chat, and to pages of the hosts that are listed with <c>--previews</c>. No other host is ever contacted.</summary>
internal sealed class LinkPreviews(RoomLinks rooms, PageReader pages) : ILinkPreviewer
{
    public async ValueTask<LinkPreview?> PreviewAsync(Uri link, CancellationToken cancellationToken = default) =>
        rooms.IsOurs(link) ? await rooms.PreviewAsync(link, cancellationToken)
        : await pages.ReadAsync(link, cancellationToken) is { } page ? PageHead.Read(page, link)
        : null;
}
