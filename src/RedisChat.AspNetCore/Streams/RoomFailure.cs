namespace RedisChat.AspNetCore;

/// <summary>A room has left a stream because of an error; the other rooms continue. It can be added again.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Code">One of <see cref="ProblemCodes"/>.</param>
/// <param name="Status">The status that the same error has as an answer, for instance 403.</param>
/// <param name="Reason">Why it is forbidden, if it is.</param>
public sealed record RoomFailure(string Room, string Code, int Status, string? Reason = null)
{
    internal static RoomFailure Of(string room, ChatProblem problem) => new(room, problem.Code, problem.Status, problem.Reason);
}
