using Microsoft.Extensions.Hosting;

namespace RedisChat.AspNetCore;

/// <summary>Sends scheduled messages while the host runs.</summary>
internal sealed class ScheduleService(Chat chat) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await chat.RunScheduleAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }
}
