namespace RedisChat.Redis;

/// <summary>A scheduled message was not sent, because it is not scheduled any more. Never reaches applications: see <see cref="IScheduleStore.SendScheduledAsync"/>.</summary>
internal sealed class NotScheduledException() : ChatException("The message is not scheduled any more: it was sent or canceled.");
