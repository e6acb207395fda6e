namespace RedisChat.IntegrationTests.Faults;

/// <summary>A fault of a deployment, and how it ends.</summary>
/// <param name="Name">The name in the test and the table.</param>
/// <param name="StartAsync">Starts the deployment that the fault hits.</param>
/// <param name="BeginAsync">Starts the fault.</param>
internal sealed record Fault<T>(string Name, Func<Task<T>> StartAsync, Func<FaultScene<T>, Task> BeginAsync)
    where T : IDeployment
{
    /// <summary>The durability that the senders ask for.</summary>
    public Durability Durability { get; init; } = Durability.Memory;

    /// <summary>How long the fault lasts before <see cref="EndAsync"/>.</summary>
    public TimeSpan Lasts { get; init; }

    /// <summary>Ends the fault. If null, it passes by itself.</summary>
    public Func<FaultScene<T>, Task>? EndAsync { get; init; }

    /// <summary>Whether the recovery time counts from the start of the fault, because the deployment must recover before the fault ends.</summary>
    public bool CountsFromItsBeginning { get; init; }

    /// <summary>The data that the fault may lose.</summary>
    public Loss MayLose { get; init; }

    /// <summary>The time within which sends and watchers must resume.</summary>
    public required TimeSpan Recovery { get; init; }

    public override string ToString() => Name;
}
