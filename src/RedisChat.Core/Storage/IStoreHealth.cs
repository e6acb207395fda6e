namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: to try whether it works.</summary>
public interface IStoreHealth
{
    /// <summary>Tries each thing for real. What does not work is in the result, not thrown.</summary>
    /// <param name="patience">How long the whole check may take.</param>
    /// <param name="cancellationToken">Ends it with <see cref="OperationCanceledException"/>.</param>
    Task<ChatHealth> CheckHealthAsync(TimeSpan patience, CancellationToken cancellationToken = default);
}
