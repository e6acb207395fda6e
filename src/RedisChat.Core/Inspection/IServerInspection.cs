namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: inspecting how its servers are set up.</summary>
public interface IServerInspection
{
    /// <summary>Inspects every server without changing anything. Data that a server withholds is reported as a finding, not as an error.</summary>
    /// <param name="patience">The longest time to wait for the connection, and then again for the servers' answers.</param>
    /// <param name="cancellationToken">Stops the inspection with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ChatUnavailableException">No server answers.</exception>
    Task<ServerInspection> InspectServerAsync(TimeSpan patience, CancellationToken cancellationToken = default);
}
