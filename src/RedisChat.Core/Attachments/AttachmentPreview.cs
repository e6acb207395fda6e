namespace RedisChat;

/// <summary>What can be shown of an <see cref="Attachment"/> without loading it.</summary>
public sealed record AttachmentPreview
{
    /// <summary>A description, the first lines or the like: at most <see cref="ChatLimits.MaxAttachmentTextBytes"/> bytes of UTF-8; <see langword="null"/> if there is none.</summary>
    public string? Text { get; init; }

    /// <summary>The address of a thumbnail, with the limits of <see cref="Attachment.Address"/>; <see langword="null"/> if there is none.</summary>
    public string? Address { get; init; }

    /// <summary>The width of the attachment, in pixels, so that a client can reserve the space: 1 to 65,535; <see langword="null"/> if it is not known or has none.</summary>
    public int? Width { get; init; }

    /// <summary>The height of the attachment, in pixels: 1 to 65,535; <see langword="null"/> if it is not known or has none.</summary>
    public int? Height { get; init; }
}
