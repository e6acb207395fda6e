namespace RedisChat.Benchmarks.Web.Nodes;

/// <summary>What a client sends to receive the messages of its rooms.</summary>
/// <param name="Request">The request.</param>
/// <param name="Hello">What follows once the connection is a WebSocket, if it becomes one.</param>
/// <param name="Rooms">How many rooms will report that they are open.</param>
internal sealed record Opening(byte[] Request, byte[]? Hello, int Rooms);
