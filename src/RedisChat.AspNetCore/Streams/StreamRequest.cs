namespace RedisChat.AspNetCore;

/// <summary>The body of <c>POST stream</c>: what a client wants to receive.</summary>
internal sealed record StreamRequest : IOptionalRequest
{
    /// <summary>The rooms to start with.</summary>
    public IReadOnlyList<StreamedRoomRequest>? Rooms { get; init; }

    /// <summary>Whether the user's inbox is delivered too.</summary>
    public bool Inbox { get; init; }

    /// <summary>Whether the user's drafts are delivered too.</summary>
    public bool Drafts { get; init; }
}
