namespace RedisChat.AspNetCore;

/// <summary>A token bucket for each user and node: see <see cref="ChatWebOptions.RequestLimit"/>.</summary>
/// <param name="Burst">The most requests at once: 1 to 1,000,000.</param>
/// <param name="PerSecond">How many requests a second are allowed in the long run: 1 to 1,000,000.</param>
public sealed record RequestLimit(int Burst, int PerSecond);
