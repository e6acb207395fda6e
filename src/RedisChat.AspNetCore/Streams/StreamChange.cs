namespace RedisChat.AspNetCore;

/// <summary>The body of <c>POST stream/{stream}</c>: rooms to add to an open stream, and to remove from it. A room that is added again starts from its new position.</summary>
internal sealed record StreamChange
{
    /// <summary>Rooms to add.</summary>
    public IReadOnlyList<StreamedRoomRequest>? Add { get; init; }

    /// <summary>Rooms to remove; those that are not there are ignored.</summary>
    public IReadOnlyList<string>? Remove { get; init; }
}
