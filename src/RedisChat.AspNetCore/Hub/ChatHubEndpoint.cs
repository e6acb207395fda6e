namespace RedisChat.AspNetCore;

/// <summary>Says to the hub which chat an endpoint serves.</summary>
/// <param name="Web">The chat.</param>
internal sealed record ChatHubEndpoint(ChatWeb Web);
