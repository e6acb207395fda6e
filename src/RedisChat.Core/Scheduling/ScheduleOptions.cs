namespace RedisChat;

/// <summary>Settings of scheduled messages: see <see cref="Chat.RunScheduleAsync"/>.</summary>
public sealed class ScheduleOptions
{
    /// <summary>How often <see cref="Chat.RunScheduleAsync"/> asks the store for messages that are due. A message that another process schedules for an earlier time than this may be late by as much.</summary>
    /// <value>1 second; 100 milliseconds to 1 minute.</value>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    internal IEnumerable<string?> Problems(string name) =>
        [OptionsProblems.InRange(name, nameof(PollInterval), PollInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1))];
}
