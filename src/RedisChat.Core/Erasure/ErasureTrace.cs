namespace RedisChat;

/// <summary>A place where the id of a user was found: see <see cref="ErasureFindings"/>. It contains the id, so do not log it.</summary>
/// <param name="Key">The key; <c>archive of</c> and the room if it is in the archive. Stores without keys give the room.</param>
/// <param name="Field">The field or member, or the id of the message, or <c>bucket</c> and its number; <see langword="null"/> if it is the key itself or its only value.</param>
public sealed record ErasureTrace(string Key, string? Field);
