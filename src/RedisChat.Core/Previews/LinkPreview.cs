namespace RedisChat;

/// <summary>What a page says of itself, to be shown below a message that has a link to it. Immutable, and compared by value.</summary>
/// <remarks>All of it is text from a stranger's page: encode it wherever it is shown.</remarks>
public sealed record LinkPreview
{
    /// <summary>The link, exactly as <see cref="LinkFinder"/> finds it in the message's text.</summary>
    public required string Address { get; init; }

    /// <summary>The title: 1 to <see cref="ChatLimits.MaxPreviewTitleBytes"/> bytes of UTF-8, no control characters.</summary>
    public required string Title { get; init; }

    /// <summary>A description: at most <see cref="ChatLimits.MaxPreviewTextBytes"/> bytes of UTF-8; <see langword="null"/> if there is none.</summary>
    public string? Description { get; init; }

    /// <summary>The address of an image, an <c>http</c> or <c>https</c> URI of at most <see cref="ChatLimits.MaxLinkBytes"/> bytes; <see langword="null"/> if there is none.</summary>
    public string? Image { get; init; }

    /// <summary>The name of the site: at most <see cref="ChatLimits.MaxPreviewTitleBytes"/> bytes of UTF-8, no control characters; <see langword="null"/> if there is none.</summary>
    public string? SiteName { get; init; }
}
