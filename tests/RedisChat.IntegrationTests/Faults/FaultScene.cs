namespace RedisChat.IntegrationTests.Faults;

/// <summary>What a fault can act on.</summary>
/// <param name="Deployment">The servers.</param>
/// <param name="Rooms">The rooms in use.</param>
/// <param name="Senders">The process that sends.</param>
/// <param name="Random">From the seed of the run.</param>
internal sealed record FaultScene<T>(T Deployment, IReadOnlyList<string> Rooms, WorkerProcess Senders, Random Random);
