namespace RedisChat;

/// <summary>One server of an inspection.</summary>
/// <param name="EndPoint">Where it is: <c>host:port</c>.</param>
/// <param name="Role">What it claims to be.</param>
/// <param name="Version">Its name and version, like <c>Redis 7.0.15</c>; <see langword="null"/> if it did not tell.</param>
public sealed record InspectedServer(string EndPoint, ServerRole Role, string? Version);
