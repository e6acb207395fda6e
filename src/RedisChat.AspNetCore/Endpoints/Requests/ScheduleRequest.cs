using System.ComponentModel.DataAnnotations;
using System.Runtime.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>A message to schedule; its author is the caller.</summary>
[DataContract]
public sealed record ScheduleRequest
{
    /// <summary>The text.</summary>
    [Required]
    [DataMember(Name = "text")]
    public string Text { get; init; } = null!;

    /// <summary>When to send it.</summary>
    [Required]
    [DataMember(Name = "sendAt")]
    public DateTimeOffset? SendAt { get; init; }

    /// <summary>See <see cref="NewMessage.Metadata"/>.</summary>
    [DataMember(Name = "metadata")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Scheduling it again with the same key schedules nothing: see <see cref="RoomSchedule.AddAsync"/>.</summary>
    [DataMember(Name = "idempotencyKey")]
    public string? IdempotencyKey { get; init; }

    /// <summary>See <see cref="NewMessage.ReplyTo"/>.</summary>
    [DataMember(Name = "replyTo")]
    public long? ReplyTo { get; init; }

    /// <summary>Whom the message mentions: see <see cref="SendRequest.Mentions"/>.</summary>
    [DataMember(Name = "mentions")]
    public IReadOnlyList<string>? Mentions { get; init; }

    /// <summary>What the message refers to: see <see cref="SendRequest.Attachments"/>.</summary>
    [DataMember(Name = "attachments")]
    public IReadOnlyList<AttachmentRequest>? Attachments { get; init; }

    /// <summary>After how many seconds the message expires, from when it is sent: see <see cref="SendRequest.ExpiresAfter"/>.</summary>
    [DataMember(Name = "expiresAfter")]
    public double? ExpiresAfter { get; init; }
}
