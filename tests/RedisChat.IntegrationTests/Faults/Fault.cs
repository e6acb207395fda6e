namespace RedisChat.IntegrationTests.Faults;

/// <summary>Something that goes wrong with a deployment, and how it passes.</summary>
/// <param name="Name">For the test and the table.</param>
/// <param name="StartAsync">Starts the deployment that it happens to.</param>
/// <param name="BeginAsync">Makes it happen.</param>
internal sealed record Fault<T>(string Name, Func<Task<T>> StartAsync, Func<FaultScene<T>, Task> BeginAsync)
    where T : IDeployment
{
    /// <summary>What the senders ask for.</summary>
    public Durability Durability { get; init; } = Durability.Memory;

    /// <summary>How long it lasts before <see cref="EndAsync"/>.</summary>
    public TimeSpan Lasts { get; init; }

    /// <summary>Lifts it. If not given it passes by itself.</summary>
    public Func<FaultScene<T>, Task>? EndAsync { get; init; }

    /// <summary>Whether recovery counts from its beginning although it is lifted later: what it broke must mend itself meanwhile.</summary>
    public bool CountsFromItsBeginning { get; init; }

    /// <summary>What it may take with it.</summary>
    public Loss MayLose { get; init; }

    /// <summary>Within what time sends and watchers are promised to go on.</summary>
    public required TimeSpan Recovery { get; init; }

    public override string ToString() => Name;
}
