namespace RedisChat.AspNetCore;

/// <summary>The settings of a new room.</summary>
internal sealed record AboutRequest
{
    public string? Name { get; init; }

    public string? Topic { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public RoomAbout ToAbout() => new() { Name = Name ?? "", Topic = Topic ?? "", Metadata = Metadata! };
}
