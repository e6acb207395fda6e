namespace RedisChat.Benchmarks.Life;

/// <summary>A message that was acknowledged to a sender, with the text that it must have now.</summary>
internal sealed record SentMessage(string Room, long Id, string Text);
