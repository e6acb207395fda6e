namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: checking whether it works.</summary>
public interface IStoreHealth
{
    /// <summary>Runs each step for real. Failures are in the result, not thrown.</summary>
    /// <param name="patience">How long the whole check may take.</param>
    /// <param name="cancellationToken">Stops the check with <see cref="OperationCanceledException"/>.</param>
    Task<ChatHealth> CheckHealthAsync(TimeSpan patience, CancellationToken cancellationToken = default);
}
