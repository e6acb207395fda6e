using System.Runtime.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>The messages to delete: either by their ids, or by author, range or both.</summary>
[DataContract]
public sealed record DeletionRequest
{
    /// <summary>The ids of the messages.</summary>
    [DataMember(Name = "ids")]
    public IReadOnlyList<long>? Ids { get; init; }

    /// <summary>The least id.</summary>
    [DataMember(Name = "from")]
    public long? From { get; init; }

    /// <summary>The greatest id.</summary>
    [DataMember(Name = "to")]
    public long? To { get; init; }

    /// <summary>The author.</summary>
    [DataMember(Name = "user")]
    public string? User { get; init; }

    /// <summary>The reason.</summary>
    [DataMember(Name = "reason")]
    public string? Reason { get; init; }

    internal MessageSelection ToSelection()
    {
        var (from, to) = (From ?? 1, To ?? ChatLimits.MaxMessageId);
        return this switch
        {
            { Ids: { } ids, From: null, To: null, User: null } => MessageSelection.Of(ids),
            { Ids: null, User: { } user } => MessageSelection.By(user, from, to),
            { Ids: null, User: null } when From is not null || To is not null => MessageSelection.Between(from, to),

            // Nothing named must not mean everything.
            _ => throw new ChatProblemException(ChatProblem.Invalid("Name the messages: either by ids, or by user, from and to.", "ids")),
        };
    }
}
