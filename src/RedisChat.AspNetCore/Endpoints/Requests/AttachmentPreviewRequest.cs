using System.Runtime.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>What can be shown of an attachment without loading it: see <see cref="AttachmentPreview"/>.</summary>
[DataContract]
public sealed record AttachmentPreviewRequest
{
    /// <summary>See <see cref="AttachmentPreview.Text"/>.</summary>
    [DataMember(Name = "text")]
    public string? Text { get; init; }

    /// <summary>See <see cref="AttachmentPreview.Address"/>.</summary>
    [DataMember(Name = "address")]
    public string? Address { get; init; }

    /// <summary>See <see cref="AttachmentPreview.Width"/>.</summary>
    [DataMember(Name = "width")]
    public int? Width { get; init; }

    /// <summary>See <see cref="AttachmentPreview.Height"/>.</summary>
    [DataMember(Name = "height")]
    public int? Height { get; init; }
}
