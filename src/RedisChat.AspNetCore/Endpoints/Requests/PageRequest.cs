using System.Runtime.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>Which page of a room: the newest if nothing is set. See <see cref="MessageQuery"/>.</summary>
[DataContract]
public sealed record PageRequest
{
    /// <summary>Messages before this id.</summary>
    [DataMember(Name = "before")]
    public long? Before { get; init; }

    /// <summary>Messages after this id.</summary>
    [DataMember(Name = "after")]
    public long? After { get; init; }

    /// <summary>Messages around this id.</summary>
    [DataMember(Name = "around")]
    public long? Around { get; init; }

    /// <summary>Only messages of this user.</summary>
    [DataMember(Name = "user")]
    public string? User { get; init; }

    /// <summary>The most messages: <see cref="MessageQuery.DefaultLimit"/> if omitted.</summary>
    [DataMember(Name = "limit")]
    public int? Limit { get; init; }

    /// <summary>Whether to bring <see cref="MessagePage.Tombstones"/> of deleted messages.</summary>
    [DataMember(Name = "deleted")]
    public bool Deleted { get; init; }

    internal MessageQuery ToQuery(string reader) => new(Limit ?? MessageQuery.DefaultLimit)
    {
        Before = Before,
        After = After,
        Around = Around,
        User = User,
        Reader = reader,
        IncludeDeleted = Deleted,
    };
}
