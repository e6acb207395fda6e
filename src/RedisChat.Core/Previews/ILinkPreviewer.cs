namespace RedisChat;

/// <summary>The application's hook that turns a link into a preview: usually, it fetches the page and reads its title and its Open Graph properties.</summary>
/// <remarks>
/// <para>
/// <b>The link comes from a user, and your server opens it.</b> The chat checks nothing but that it is an <c>http</c> or <c>https</c> URI. It is the hook's task to refuse addresses that users must not reach
/// through the server: after the name is resolved, and again for each redirect, private, loopback, link-local and multicast addresses; ports other than 80 and 443; answers that are too long or too slow.
/// </para>
/// <para>
/// It is called by the process that has sent or edited the message, after the call has returned, for at most <see cref="ChatLimits.MaxLinkPreviews"/> links of the text, one after the other. A call has
/// <see cref="LinkPreviewOptions.Timeout"/>. What it throws is logged without the link, and the message stays without that preview; so it does if the process ends before. What it returns is checked as
/// <see cref="RoomPreviews.SetAsync"/> checks it, so cut what may be too long. Implementations must be thread-safe.
/// </para>
/// </remarks>
public interface ILinkPreviewer
{
    /// <summary>Makes the preview of a link.</summary>
    /// <param name="link">The link.</param>
    /// <param name="cancellationToken">Canceled when the time is up. What is returned after that is ignored.</param>
    /// <returns>The preview, whose <see cref="LinkPreview.Address"/> is replaced by the link as it is in the text; <see langword="null"/> for none.</returns>
    ValueTask<LinkPreview?> PreviewAsync(Uri link, CancellationToken cancellationToken = default);
}
