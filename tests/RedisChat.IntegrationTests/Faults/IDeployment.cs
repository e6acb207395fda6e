namespace RedisChat.IntegrationTests.Faults;

/// <summary>The servers that a fault happens to.</summary>
internal interface IDeployment : IAsyncDisposable
{
    /// <summary>How senders and watchers connect.</summary>
    string Configuration { get; }
}
