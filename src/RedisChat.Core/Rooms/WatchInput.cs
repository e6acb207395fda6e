namespace RedisChat;

/// <summary>Rejects options of watchers that are not valid, before any I/O.</summary>
internal static class WatchInput
{
    // Longer intervals are a mistake anyway: the interval is for connections that must not be idle. A timer also has a limit.
    private static readonly TimeSpan LongestHeartbeat = TimeSpan.FromDays(1);

    public static void CheckWatch(WatchOptions options)
    {
        ChatInput.RequireNotNull(options, new ArgumentName(nameof(options)));
        ChatInput.CheckPosition(options.After ?? RoomPosition.Start, $"{nameof(options)}.{nameof(options.After)}");
        if (options.As is { } user)
        {
            ChatInput.CheckId(user, new ArgumentName(nameof(options), Property: nameof(options.As)));
        }

        CheckWatch(options.MaxCatchUp, options.Heartbeat, nameof(options));
    }

    public static void CheckRooms(IEnumerable<KeyValuePair<string, RoomPosition?>> rooms) => ChatInput.RequireNotNull(rooms, new ArgumentName(nameof(rooms)));

    public static void CheckWatchMany(WatchManyOptions options)
    {
        ChatInput.RequireNotNull(options, new ArgumentName(nameof(options)));
        if (options.As is { } user)
        {
            ChatInput.CheckId(user, new ArgumentName(nameof(options), Property: nameof(options.As)));
        }

        CheckWatch(options.MaxCatchUp, options.Heartbeat, nameof(options));
    }

    private static void CheckWatch(int? maxCatchUp, TimeSpan? heartbeat, string argument)
    {
        if (maxCatchUp < 0)
        {
            throw new ChatInputException("A bound on catching up must not be negative.", $"{argument}.{nameof(WatchOptions.MaxCatchUp)}");
        }

        if (heartbeat is { } interval && (interval <= TimeSpan.Zero || interval > LongestHeartbeat))
        {
            throw new ChatInputException(
                $"A heartbeat must be longer than zero, and at most {LongestHeartbeat.TotalDays} days.", $"{argument}.{nameof(WatchOptions.Heartbeat)}");
        }
    }
}
