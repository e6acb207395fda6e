namespace RedisChat.Tool;

/// <summary>What <c>send --dry-run</c> prints as JSON.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Messages">How many messages would be sent.</param>
/// <param name="SentBefore">How many of the input's messages were sent before under the same keys.</param>
internal sealed record SentDocument(string Room, long Messages, long SentBefore);
