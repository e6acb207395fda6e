namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: trimming the beginning of a room's history.</summary>
/// <remarks>
/// <para>
/// A step leaves what deleting its messages would leave, but readers do not search below <see cref="RoomEvent.Trimmed.Below"/> any more. It takes one revision, one entry of the change log, and one event,
/// <see cref="RoomEvent.Trimmed"/>, which is also reported when a reader catches up. A reader whose position is at a message that was trimmed since gets a <see cref="RoomEvent.Gap"/>.
/// </para>
/// <para>Implementations are thread-safe. The conformance suite defines the contract.</para>
/// </remarks>
public interface IRetentionStore
{
    /// <summary>Trims the next messages, atomically: as many whole runs of 128 ids as a bounded step allows, and none if none may go.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="policy">What is kept.</param>
    /// <param name="now">The time from which ages are counted.</param>
    /// <param name="cancellationToken">Stops waiting; the messages may still be trimmed.</param>
    ValueTask<TrimmedStep> TrimStepAsync(string room, RetentionPolicy policy, DateTimeOffset now, CancellationToken cancellationToken = default);
}
