namespace RedisChat.Redis;

/// <summary>Something that is wrong with a room.</summary>
/// <param name="What">A short name.</param>
/// <param name="Details">A sentence.</param>
/// <param name="Repair">Adds the writes that repair it; <see langword="null"/> if it cannot be derived.</param>
internal sealed record RoomProblem(string What, string Details, Action<WriteBatch>? Repair = null);
