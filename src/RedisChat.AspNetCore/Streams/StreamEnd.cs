namespace RedisChat.AspNetCore;

/// <summary>A stream ends, and why. The last thing that a client receives, unless the connection breaks.</summary>
/// <param name="Code">One of <see cref="ProblemCodes"/>.</param>
/// <param name="Retry">Whether to connect again at once, from the positions that were reached; otherwise not, until the user has signed in again (<c>revoked</c>, <c>unauthenticated</c>) or the only room of the stream can be read again (<c>room-left</c>).</param>
public sealed record StreamEnd(string Code, bool Retry)
{
    internal static StreamEnd Shutdown { get; } = new(ProblemCodes.Shutdown, Retry: true);

    internal static StreamEnd Revoked { get; } = new(ProblemCodes.Revoked, Retry: false);

    internal static StreamEnd Unauthenticated { get; } = new(ProblemCodes.Unauthenticated, Retry: false);

    internal static StreamEnd Expired { get; } = new(ProblemCodes.Expired, Retry: true);

    internal static StreamEnd RoomLeft { get; } = new(ProblemCodes.RoomLeft, Retry: false);

    internal static StreamEnd Unavailable { get; } = new(ProblemCodes.Unavailable, Retry: true);

    internal static StreamEnd Failure { get; } = new(ProblemCodes.Internal, Retry: true);
}
