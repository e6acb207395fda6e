namespace RedisChat;

/// <summary>Some of what a room holds about a user: see <see cref="IErasureStore.ReadRecordsAsync"/>.</summary>
/// <param name="Records">The records of this step. One of the kind <see cref="UserRecordKind.Message"/> stands for all messages that the step counted.</param>
/// <param name="Cursor">Where to continue in the room; <see langword="null"/> if these were the last ones.</param>
public sealed record UserRecordsStep(IReadOnlyList<UserRecord> Records, string? Cursor);
