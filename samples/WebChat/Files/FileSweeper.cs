namespace RedisChat.WebChat.Files;

/// <summary>Deletes files that were uploaded and never sent, from time to time.</summary>
internal sealed partial class FileSweeper(FileStore files, TimeProvider time, ILogger<FileSweeper> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), time);
        do
        {
            try
            {
                files.Sweep();
            }
            catch (IOException e)
            {
                // Another node may have been faster.
                LogSweepFailed(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(3, LogLevel.Debug, "Files that were never sent could not be deleted. The next attempt follows.")]
    private static partial void LogSweepFailed(ILogger logger, Exception error);
}
