namespace RedisChat.Redis;

/// <summary>What became of a change. The numbers are those of <c>room_change</c>.</summary>
internal enum RoomChangeOutcome
{
    /// <summary>A condition does not hold.</summary>
    Conflict = 0,

    /// <summary>The change was made.</summary>
    Changed = 1,

    /// <summary>The room's rules do not allow it.</summary>
    Refused = 2,

    /// <summary>The room has rules, and the call did not ask for them to be checked.</summary>
    Unguarded = 3,

    /// <summary>The change writes encrypted values, and another data key is in use.</summary>
    StaleKey = 4,
}
