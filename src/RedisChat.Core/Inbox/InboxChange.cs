namespace RedisChat;

/// <summary>A change in a user's inbox: see <see cref="UserInbox.WatchAsync"/>.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Now">The room as it is now in the inbox; <see langword="null"/> if it is gone, because the user is no longer a member.</param>
public sealed record InboxChange(string Room, InboxRoom? Now);
