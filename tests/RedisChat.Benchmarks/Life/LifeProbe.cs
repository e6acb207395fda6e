using StackExchange.Redis;

namespace RedisChat.Benchmarks.Life;

/// <summary>How far a command of the tool is, as far as that can be seen from outside, from 0 to about 1.</summary>
internal abstract class LifeProbe
{
    /// <summary>The command is about to be started.</summary>
    public virtual Task BeginAsync() => Task.CompletedTask;

    /// <summary>Waits until the command is that far.</summary>
    /// <returns>How far it is; <see langword="null"/> if it ended before.</returns>
    public async Task<double?> ReachAsync(double share, LifeTool tool)
    {
        while (!tool.HasEnded)
        {
            try
            {
                if (await ReadAsync() is var reached && reached >= share && !tool.HasEnded)
                {
                    return reached;
                }
            }
            catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
            {
                // The server is being restarted for another command.
            }

            await Task.Delay(2);
        }

        return null;
    }

    protected abstract Task<double> ReadAsync();
}
