namespace RedisChat;

/// <summary>What works of a chat, tried for real: see <see cref="Chat.CheckHealthAsync(TimeSpan, CancellationToken)"/>.</summary>
/// <param name="Connection">The store answers.</param>
/// <param name="Write">Something was written.</param>
/// <param name="Live">Something was published, and came back over a subscription.</param>
public sealed record ChatHealth(ChatHealthStep Connection, ChatHealthStep Write, ChatHealthStep Live)
{
    /// <summary>Whether everything works.</summary>
    public bool IsHealthy => Connection.Works && Write.Works && Live.Works;
}
