namespace RedisChat.IntegrationTests;

/// <summary>Servers that a test has started and that a chat can run on.</summary>
internal interface IDeployment : IAsyncDisposable
{
    /// <summary>How an application connects.</summary>
    string Configuration { get; }
}
