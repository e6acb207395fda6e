namespace RedisChat;

/// <summary>One thing that was tried.</summary>
/// <param name="Works">Whether it worked.</param>
/// <param name="Took">How long it took, or until it was given up.</param>
/// <param name="Error">Why it did not work.</param>
public sealed record ChatHealthStep(bool Works, TimeSpan Took, Exception? Error = null)
{
    /// <summary>Tries something within a time.</summary>
    internal static async Task<ChatHealthStep> TryAsync(
        TimeProvider time, TimeSpan patience, Func<CancellationToken, Task> attempt, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        using var deadline = new CancellationTokenSource(patience, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            await attempt(linked.Token).ConfigureAwait(false);
            return new ChatHealthStep(true, time.GetElapsedTime(start));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            return new ChatHealthStep(false, time.GetElapsedTime(start), new TimeoutException($"No answer within {patience.TotalSeconds:0.###} s.", e));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return new ChatHealthStep(false, time.GetElapsedTime(start), e);
        }
    }
}
