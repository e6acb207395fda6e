namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: to look at how its servers are set up.</summary>
public interface IServerInspection
{
    /// <summary>Looks at every server, and changes nothing. What cannot be seen is a finding, not an error.</summary>
    /// <param name="patience">How long connecting may take, and then how long the servers' answers.</param>
    /// <param name="cancellationToken">Ends it with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ChatUnavailableException">No server answers.</exception>
    Task<ServerInspection> InspectServerAsync(TimeSpan patience, CancellationToken cancellationToken = default);
}
