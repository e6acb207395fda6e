namespace RedisChat.AspNetCore;

/// <summary>Who the caller is.</summary>
internal sealed record CallerAnswer(string User);
