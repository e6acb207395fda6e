using System.ComponentModel.DataAnnotations;
using System.Runtime.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>A search of the caller.</summary>
[DataContract]
public sealed record SearchRequest
{
    /// <summary>See <see cref="MessageSearch.Text"/>.</summary>
    [Required]
    [DataMember(Name = "text")]
    public string Text { get; init; } = null!;

    /// <summary>See <see cref="MessageSearch.Rooms"/>.</summary>
    [DataMember(Name = "rooms")]
    public IReadOnlyList<string>? Rooms { get; init; }

    /// <summary>See <see cref="MessageSearch.User"/>.</summary>
    [DataMember(Name = "user")]
    public string? User { get; init; }

    /// <summary>See <see cref="MessageSearch.From"/>.</summary>
    [DataMember(Name = "from")]
    public DateTimeOffset? From { get; init; }

    /// <summary>See <see cref="MessageSearch.To"/>.</summary>
    [DataMember(Name = "to")]
    public DateTimeOffset? To { get; init; }

    /// <summary>See <see cref="MessageSearch.Limit"/>; 20 if omitted.</summary>
    [DataMember(Name = "limit")]
    public int? Limit { get; init; }

    /// <summary>See <see cref="MessageSearch.Cursor"/>.</summary>
    [DataMember(Name = "cursor")]
    public string? Cursor { get; init; }

    internal MessageSearch ToSearch() => new(Text ?? throw new ChatProblemException(ChatProblem.Invalid("text is missing: the words to search for.", "text"))) { Rooms = Rooms, User = User, From = From, To = To, Limit = Limit ?? 20, Cursor = Cursor };
}
