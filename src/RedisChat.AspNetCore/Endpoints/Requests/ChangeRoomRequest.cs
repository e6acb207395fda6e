namespace RedisChat.AspNetCore;

/// <summary>What to change of a room; what is omitted stays.</summary>
internal sealed record ChangeRoomRequest
{
    public string? Name { get; init; }

    public string? Topic { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public bool? Archived { get; init; }
}
