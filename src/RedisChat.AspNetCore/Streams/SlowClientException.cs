namespace RedisChat.AspNetCore;

/// <summary>A client took no data for longer than <see cref="ChatWebOptions.WriteTimeout"/>.</summary>
internal sealed class SlowClientException() : Exception("The client takes no data.");
