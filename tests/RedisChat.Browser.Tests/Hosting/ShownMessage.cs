namespace RedisChat.Browser.Tests;

/// <summary>A message as a page shows it, or as the store holds it. Without an id it is not sent yet.</summary>
internal sealed record ShownMessage(long? Id, string User, string Text);
