using Microsoft.Extensions.Hosting;

namespace RedisChat.AspNetCore;

/// <summary>Does what rooms need in the background while the host runs.</summary>
internal sealed class UpkeepService(Chat chat) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await chat.RunUpkeepAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }
}
