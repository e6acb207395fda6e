namespace RedisChat;

/// <summary>Rejects options of inboxes that are not valid, before any I/O.</summary>
internal static class InboxInput
{
    public static void CheckInboxWatch(InboxWatchOptions options)
    {
        if (options.Interval < TimeSpan.Zero || options.Interval > TimeSpan.FromMinutes(1))
        {
            throw new ChatInputException("The interval must be from zero to 1 minute.", $"{nameof(options)}.{nameof(InboxWatchOptions.Interval)}");
        }

        if (options.RefreshInterval < TimeSpan.FromSeconds(1) || options.RefreshInterval > TimeSpan.FromDays(1))
        {
            throw new ChatInputException(
                "The refresh interval must be from 1 second to 1 day.", $"{nameof(options)}.{nameof(InboxWatchOptions.RefreshInterval)}");
        }
    }
}
