namespace RedisChat.AspNetCore;

/// <summary>The id of a direct room.</summary>
internal sealed record DirectAnswer(string Room);
