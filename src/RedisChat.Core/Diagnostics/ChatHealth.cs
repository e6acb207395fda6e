namespace RedisChat;

/// <summary>The result of a health check, in which each step was really carried out: see <see cref="Chat.CheckHealthAsync"/>.</summary>
/// <param name="Connection">Whether the store answers.</param>
/// <param name="Write">Whether it can be written to.</param>
/// <param name="Live">Whether a published event came back over a subscription.</param>
public sealed record ChatHealth(ChatHealthStep Connection, ChatHealthStep Write, ChatHealthStep Live)
{
    /// <summary>Whether everything works.</summary>
    public bool IsHealthy => Connection.Works && Write.Works && Live.Works;
}
