namespace RedisChat;

/// <summary>A token bucket for each user and room: how fast a user may send.</summary>
/// <param name="Burst">The number of messages that a user can send at once: 1 to 1,000.</param>
/// <param name="Refill">How long it takes to regain one message: 1 ms to 1 hour. <paramref name="Burst"/> times this is at most a day.</param>
public sealed record FloodLimit(int Burst, TimeSpan Refill);
