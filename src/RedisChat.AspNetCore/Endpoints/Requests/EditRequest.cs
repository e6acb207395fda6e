using System.ComponentModel.DataAnnotations;
using System.Runtime.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>The new state of a message.</summary>
[DataContract]
public sealed record EditRequest
{
    /// <summary>The new text.</summary>
    [Required]
    [DataMember(Name = "text")]
    public string Text { get; init; } = null!;

    /// <summary>The complete new metadata; the message keeps what it has if this is omitted.</summary>
    [DataMember(Name = "metadata")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The complete new mentions, as in <see cref="SendRequest.Mentions"/>; the message keeps those that it has if this is omitted.</summary>
    [DataMember(Name = "mentions")]
    public IReadOnlyList<string>? Mentions { get; init; }

    /// <summary>The complete new attachments, as in <see cref="SendRequest.Attachments"/>; the message keeps those that it has if this is omitted.</summary>
    [DataMember(Name = "attachments")]
    public IReadOnlyList<AttachmentRequest>? Attachments { get; init; }

    internal MessageEdit ToEdit() => new(Text) { Metadata = Metadata, Mentions = MentionWords.Parse(Mentions), Attachments = AttachmentRequest.Parse(Attachments) };
}
