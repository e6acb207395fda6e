namespace RedisChat.IntegrationTests.Faults;

/// <summary>The targets of a fault.</summary>
/// <param name="Deployment">The servers.</param>
/// <param name="Senders">The process that sends.</param>
/// <param name="Random">Seeded by the run.</param>
internal sealed record FaultScene<T>(T Deployment, WorkerProcess Senders, Random Random);
