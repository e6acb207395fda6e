namespace RedisChat.AspNetCore;

/// <summary>What a user may do with rooms as such: see <see cref="IChatAccess.GetDirectoryRightsAsync"/>.</summary>
[Flags]
public enum DirectoryRights
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>List the rooms that have settings, with their names, topics and numbers. Rooms that <see cref="IChatAccess.GetRightsAsync"/> does not let the user read are left out.</summary>
    List = 1,

    /// <summary>Create rooms, and become their owner.</summary>
    Create = 2,

    /// <summary>Open a room with another user.</summary>
    Direct = 4,

    /// <summary>Everything.</summary>
    All = List | Create | Direct,
}
