namespace RedisChat.IntegrationTests.Faults;

/// <summary>What a fault can act on.</summary>
/// <param name="Deployment">The servers.</param>
/// <param name="Senders">The process that sends.</param>
/// <param name="Random">From the seed of the run.</param>
internal sealed record FaultScene<T>(T Deployment, WorkerProcess Senders, Random Random);
