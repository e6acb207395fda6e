namespace RedisChat.AspNetCore;

/// <summary>Ends a request with a problem.</summary>
internal sealed class ChatProblemException(ChatProblem problem) : Exception(problem.Title)
{
    public ChatProblem Problem { get; } = problem;
}
