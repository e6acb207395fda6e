namespace RedisChat;

/// <summary>A reference from a message to something that the application stores elsewhere: an image, a recording, a file. The chat stores no content.</summary>
/// <remarks>
/// All of it is data from a user. The type and the name are what the sender said; the application that serves the content must check both for itself. Immutable, and compared by value.
/// </remarks>
public sealed record Attachment
{
    /// <summary>What it is: one of <see cref="AttachmentKinds"/>, or a word of the application's own. 1 to 32 lower-case ASCII letters, digits and hyphens.</summary>
    public required string Kind { get; init; }

    /// <summary>Its name, for people: 1 to <see cref="ChatLimits.MaxAttachmentNameBytes"/> bytes of UTF-8, no control characters. Not a path: never open a file by it.</summary>
    public required string Name { get; init; }

    /// <summary>Its media type, such as <c>image/png</c>: at most <see cref="ChatLimits.MaxMediaTypeBytes"/> bytes.</summary>
    public required string MediaType { get; init; }

    /// <summary>Its size, in bytes: 0 to 2^53 - 1.</summary>
    public required long Size { get; init; }

    /// <summary>
    /// Where it is, in words that the application understands: an id or a URI. 1 to <see cref="ChatLimits.MaxAttachmentAddressBytes"/> bytes of UTF-8, no control characters. A sender chooses it freely,
    /// unless the application checks it (<see cref="IMessageFilter"/>).
    /// </summary>
    public required string Address { get; init; }

    /// <summary>What can be shown without loading it; <see langword="null"/> if there is nothing.</summary>
    public AttachmentPreview? Preview { get; init; }
}
