using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RedisChat.AspNetCore;

/// <summary>Feeds the index of messages while the host runs. The chat works without it, so an index that fails is tried again and does not end the host.</summary>
internal sealed class IndexService(Chat chat, IndexingOptions options, TimeProvider time, ILogger<IndexService> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                try
                {
                    await chat.RunIndexAsync(options, stoppingToken).ConfigureAwait(false);
                }
                catch (ChatIndexException e)
                {
                    WebLog.IndexFailed(logger, e);
                }

                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }
}
