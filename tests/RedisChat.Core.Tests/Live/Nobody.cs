namespace RedisChat.Tests.Live;

/// <summary>A watcher that reads when the test does, not when it is woken.</summary>
internal sealed class Nobody : IThreadPoolWorkItem
{
    public void Execute()
    {
    }
}
