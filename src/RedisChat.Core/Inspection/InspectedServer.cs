namespace RedisChat;

/// <summary>One server of an inspection.</summary>
/// <param name="EndPoint">The server's address: <c>host:port</c>.</param>
/// <param name="Role">The role that it claims.</param>
/// <param name="Version">Its product and version, like <c>Redis 7.0.15</c>; <see langword="null"/> if it did not report them.</param>
public sealed record InspectedServer(string EndPoint, ServerRole Role, string? Version);
