using System.ComponentModel.DataAnnotations;
using System.Runtime.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>A message to send; its author is the caller.</summary>
[DataContract]
public sealed record SendRequest
{
    /// <summary>The text.</summary>
    [Required]
    [DataMember(Name = "text")]
    public string Text { get; init; } = null!;

    /// <summary>See <see cref="NewMessage.Metadata"/>.</summary>
    [DataMember(Name = "metadata")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>See <see cref="NewMessage.IdempotencyKey"/>; may be in the header <c>Idempotency-Key</c> instead.</summary>
    [DataMember(Name = "idempotencyKey")]
    public string? IdempotencyKey { get; init; }

    /// <summary>The id of the message that this one replies to; see <see cref="NewMessage.ReplyTo"/>.</summary>
    [DataMember(Name = "replyTo")]
    public long? ReplyTo { get; init; }

    /// <summary>Whom the message mentions, each as a word: <c>@</c> and a user's id, <c>&amp;</c> and the name of a role, or <c>*</c> for everyone. See <see cref="NewMessage.Mentions"/>.</summary>
    [DataMember(Name = "mentions")]
    public IReadOnlyList<string>? Mentions { get; init; }

    /// <summary>What the message refers to besides its text; see <see cref="NewMessage.Attachments"/>. The text may be empty then.</summary>
    [DataMember(Name = "attachments")]
    public IReadOnlyList<AttachmentRequest>? Attachments { get; init; }

    /// <summary>After how many seconds the message expires; see <see cref="NewMessage.ExpiresAfter"/>.</summary>
    [DataMember(Name = "expiresAfter")]
    public double? ExpiresAfter { get; init; }

    internal TimeSpan? ToLife() => ToLife(ExpiresAfter);

    internal static TimeSpan? ToLife(double? expiresAfter) => expiresAfter switch
    {
        null => null,
        { } seconds when seconds >= ChatLimits.MinMessageLife.TotalSeconds && seconds <= ChatLimits.MaxMessageLife.TotalSeconds => TimeSpan.FromSeconds(seconds),
        _ => throw new ChatProblemException(ChatProblem.Invalid(
            $"The seconds must be from {ChatLimits.MinMessageLife.TotalSeconds:0} to {ChatLimits.MaxMessageLife.TotalSeconds:0}. Omit them for the default of the room.", "expiresAfter")),
    };
}
