using System.Globalization;

namespace RedisChat;

/// <summary>Finds invalid option values, one sentence each: the option, its value and what is allowed. No sentence repeats a connection string.</summary>
internal static class OptionsProblems
{
    public static IEnumerable<string> In(ChatOptions options) =>
        Problems([
            InRange(nameof(ChatOptions), nameof(options.MaxTextBytes), options.MaxTextBytes, 1, 1024 * 1024),
            InRange(nameof(ChatOptions), nameof(options.MaxMetadataEntries), options.MaxMetadataEntries, 0, 64),
            InRange(nameof(ChatOptions), nameof(options.MaxMetadataBytes), options.MaxMetadataBytes, 0, 64 * 1024),
            InRange(nameof(ChatOptions), nameof(options.OperationTimeout), options.OperationTimeout,
                TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)),
            InRange(nameof(ChatOptions), nameof(options.KeptVersions), options.KeptVersions, 0, ChatLimits.MaxKeptVersions),
            InRange(nameof(ChatOptions), nameof(options.MaxPendingOperations), options.MaxPendingOperations, 1, 1_000_000),
            .. options.Reactions.Problems($"{nameof(ChatOptions)}.{nameof(options.Reactions)}"),
            .. options.Schedule.Problems($"{nameof(ChatOptions)}.{nameof(options.Schedule)}"),
            options.Retention?.Problem() is { } unkept ? $"{nameof(ChatOptions)}.{nameof(options.Retention)}.{unkept}" : null,
            options.Archive?.Problem() is { } unmoved ? $"{nameof(ChatOptions)}.{nameof(options.Archive)}.{unmoved}" : null,
            .. options.Upkeep.Problems($"{nameof(ChatOptions)}.{nameof(options.Upkeep)}"),
            .. options.Filters.Problems($"{nameof(ChatOptions)}.{nameof(options.Filters)}"),
            .. options.Presence.Problems($"{nameof(ChatOptions)}.{nameof(options.Presence)}"),
            .. options.Previews.Problems($"{nameof(ChatOptions)}.{nameof(options.Previews)}"),
            (options.Durability is { } durability ? durability.Problem(options.OperationTimeout) : " is not set; Durability.Memory is the weakest level.") is { } weak
                ? $"{nameof(ChatOptions)}.{nameof(options.Durability)}{weak}"
                : null]);

    public static IEnumerable<string> In(RedisStoreOptions options) =>
        Problems(
            options.Configuration is { } configuration && RedisConfiguration.Problem(configuration) is { } invalid
                ? $"{nameof(RedisStoreOptions)}.{nameof(options.Configuration)} {RedisConfiguration.NotShown} {invalid}"
                : null,
            KeyPrefix.Problem(options.KeyPrefix) is { } problem
                ? $"{nameof(RedisStoreOptions)}.{nameof(options.KeyPrefix)} is '{options.KeyPrefix}'. {problem}."
                : null,
            InRange(nameof(RedisStoreOptions), nameof(options.IdempotencyWindow), options.IdempotencyWindow,
                TimeSpan.FromMinutes(1), TimeSpan.FromDays(1)),
            options.IdempotencyWindow.Ticks % TimeSpan.TicksPerSecond == 0
                ? null
                : $"{nameof(RedisStoreOptions)}.{nameof(options.IdempotencyWindow)} is {options.IdempotencyWindow}; it must be in whole seconds.",
            InRange(nameof(RedisStoreOptions), nameof(options.ChangeLogLength), options.ChangeLogLength, 100, 1_000_000),
            InRange(nameof(RedisStoreOptions), nameof(options.RoomCacheSize), options.RoomCacheSize, 1, 10_000_000),
            InRange(nameof(RedisStoreOptions), nameof(options.LiveProbeInterval), options.LiveProbeInterval,
                TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
            InRange(nameof(RedisStoreOptions), nameof(options.WatcherBufferSize), options.WatcherBufferSize, 16, 100_000),
            InRange(nameof(RedisStoreOptions), nameof(options.SealAfter), options.SealAfter ?? 1, 1, 1_000_000));

    /// <summary>Throws on the first invalid value, for constructors that take options.</summary>
    public static void ThrowIfAny(IEnumerable<string> problems, string parameterName)
    {
        if (problems.FirstOrDefault() is { } problem)
        {
            throw new ArgumentException(problem, parameterName);
        }
    }

    private static IEnumerable<string> Problems(params string?[] problems) => problems.OfType<string>();

    internal static string? InRange<T>(string type, string name, T value, T least, T most)
        where T : IComparable<T> =>
        value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{type}.{name} is {value}; it must be from {least} to {most}.");
}
