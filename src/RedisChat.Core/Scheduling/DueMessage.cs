namespace RedisChat;

/// <summary>A scheduled message that is due, and that the process has claimed: see <see cref="IScheduleStore.ClaimDueAsync"/>.</summary>
/// <param name="Message">The message.</param>
/// <param name="Entry">Names it for <see cref="IScheduleStore.SettleAsync"/>.</param>
public sealed record DueMessage(ScheduledMessage Message, string Entry);
