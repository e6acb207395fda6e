namespace RedisChat.WebChat.Files;

/// <summary>Deletes files that were uploaded and never sent, from time to time.</summary>
internal sealed partial class FileSweeper(FileStore files, Chat chat, TimeProvider time, ILogger<FileSweeper> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), time);
        do
        {
            try
            {
                await files.SweepAsync(IsScheduledAsync, stoppingToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ChatException)
            {
                // Another node may have been faster; or the directory may not be written, or the store is away.
                LogSweepFailed(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // A scheduled message is filtered when it is sent, so its files are not marked as sent before.
    private async Task<bool> IsScheduledAsync(StoredFile file) =>
        (await chat.Room(file.Room).Schedule.ListAsync(file.User)).Any(scheduled => scheduled.Message.Attachments.Any(attachment => attachment.Address == file.Address));

    [LoggerMessage(3, LogLevel.Warning, "Files that were never sent could not be deleted. The next attempt follows.")]
    private static partial void LogSweepFailed(ILogger logger, Exception error);
}
