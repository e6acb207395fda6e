namespace RedisChat;

/// <summary>A scheduled message that is due, and that the process has claimed: see <see cref="IScheduleStore.ClaimDueAsync"/>.</summary>
/// <param name="Message">The message.</param>
/// <param name="Claim">What the store knows of the claim.</param>
public sealed record DueMessage(ScheduledMessage Message, string Claim);
