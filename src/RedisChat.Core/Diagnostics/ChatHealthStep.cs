using Microsoft.Extensions.Logging;

namespace RedisChat;

/// <summary>One step of a health check.</summary>
/// <param name="Works">Whether it succeeded.</param>
/// <param name="Took">How long it took to succeed or to fail.</param>
/// <param name="Error">
/// Why it failed, in a sentence; <see langword="null"/> if it succeeded. The sentence can be shown on a health endpoint: it contains no password, no key
/// and no user's text. The log has the exception.
/// </param>
public sealed record ChatHealthStep(bool Works, TimeSpan Took, string? Error = null)
{
    /// <summary>Runs a step with a time limit. Logs why it failed, because the result has only one sentence about it.</summary>
    internal static async Task<ChatHealthStep> TryAsync(
        string step, TimeProvider time, TimeSpan patience, Func<CancellationToken, Task> attempt, ILogger logger, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        using var deadline = new Deadline(patience, time, cancellationToken);
        try
        {
            await attempt(deadline.Token).ConfigureAwait(false);
            return new ChatHealthStep(true, time.GetElapsedTime(start));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            ChatLog.HealthStepFailed(logger, step, e);
            var sentence = e switch
            {
                OperationCanceledException => FormattableString.Invariant($"There was no answer within {patience.TotalSeconds:0.###} s."),
                ChatException => e.Message,
                _ => "It failed with an unexpected error. The log has the exception.", // The exception's message may name hosts and keys.
            };
            return new ChatHealthStep(false, time.GetElapsedTime(start), sentence);
        }
    }
}
