namespace RedisChat;

/// <summary>A message that is sent later: see <see cref="ChatRoom.Schedule"/>.</summary>
public sealed record ScheduledMessage
{
    /// <summary>Identifies it among the scheduled messages of its room: 32 lower-case hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>The room's id.</summary>
    public required string Room { get; init; }

    /// <summary>What is sent.</summary>
    public required NewMessage Message { get; init; }

    /// <summary>When it is to be sent, by the store's clock (Redis: µs), UTC.</summary>
    public required DateTimeOffset SendAt { get; init; }

    /// <summary>
    /// Why it could not be sent, such as a rule of the room; <see langword="null"/> as long as it is waiting. It stays in the list until it is changed, which schedules it again, or canceled.
    /// </summary>
    public string? Failure { get; init; }
}
