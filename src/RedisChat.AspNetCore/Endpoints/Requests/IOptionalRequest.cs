namespace RedisChat.AspNetCore;

/// <summary>Marks a body that may be missing, because all of its properties may.</summary>
internal interface IOptionalRequest;
