namespace RedisChat;

/// <summary>One step of the search for a user in one room: see <see cref="IErasureStore.SearchAsync"/>.</summary>
/// <param name="Findings">What this step found. Two steps may find the same place; each key is counted by one of them.</param>
/// <param name="Cursor">Where to continue in the room; <see langword="null"/> if all of it was searched.</param>
public sealed record SearchedStep(ErasureFindings Findings, string? Cursor);
