namespace RedisChat.Redis;

/// <summary>The answer of <c>presence_update</c>.</summary>
/// <param name="IsAccepted">Whether the store knows the process as it described itself.</param>
/// <param name="IsHere">Whether the process has users in the room now.</param>
/// <param name="HasDead">Whether there are users of dead processes left to remove.</param>
/// <param name="Due">When the number of users is to be reported; zero if it is not.</param>
internal readonly record struct PresenceReply(bool IsAccepted, bool IsHere, bool HasDead, TimeSpan Due);
