using System.ComponentModel.DataAnnotations;
using System.Runtime.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>A reference to something that the application stores: see <see cref="Attachment"/>. The client chooses the address: check it in an <see cref="IMessageFilter"/>.</summary>
[DataContract]
public sealed record AttachmentRequest
{
    /// <summary>See <see cref="Attachment.Kind"/>.</summary>
    [Required]
    [DataMember(Name = "kind")]
    public string Kind { get; init; } = null!;

    /// <summary>See <see cref="Attachment.Name"/>.</summary>
    [Required]
    [DataMember(Name = "name")]
    public string Name { get; init; } = null!;

    /// <summary>See <see cref="Attachment.MediaType"/>.</summary>
    [Required]
    [DataMember(Name = "mediaType")]
    public string MediaType { get; init; } = null!;

    /// <summary>See <see cref="Attachment.Size"/>.</summary>
    [Required]
    [DataMember(Name = "size")]
    public long? Size { get; init; }

    /// <summary>See <see cref="Attachment.Address"/>.</summary>
    [Required]
    [DataMember(Name = "address")]
    public string Address { get; init; } = null!;

    /// <summary>See <see cref="Attachment.Preview"/>.</summary>
    [DataMember(Name = "preview")]
    public AttachmentPreviewRequest? Preview { get; init; }

    /// <summary>The attachments of a request; <see langword="null"/> if the request has none. What is missing is refused as any other invalid input is.</summary>
    internal static AttachmentList? Parse(IReadOnlyList<AttachmentRequest>? requests) => requests is null ? null :
    [
        .. requests.Select(request => request?.ToAttachment() ?? throw new ChatProblemException(ChatProblem.Invalid("An attachment must not be null.", "attachments"))),
    ];

    private Attachment ToAttachment() => new()
    {
        Kind = Kind,
        Name = Name,
        MediaType = MediaType,
        Size = Size ?? -1,
        Address = Address,
        Preview = Preview is null ? null : new AttachmentPreview { Text = Preview.Text, Address = Preview.Address, Width = Preview.Width, Height = Preview.Height },
    };
}
