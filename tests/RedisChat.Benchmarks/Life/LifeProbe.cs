using System.Diagnostics;
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
            var start = Stopwatch.GetTimestamp();
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

            // A read of many keys is work for the server, too.
            await Task.Delay(TimeSpan.FromMilliseconds(2) + (3 * Stopwatch.GetElapsedTime(start)));
        }

        return null;
    }

    protected abstract Task<double> ReadAsync();
}
