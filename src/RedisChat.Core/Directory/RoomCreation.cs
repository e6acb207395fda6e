namespace RedisChat;

/// <summary>The result of creating a room.</summary>
/// <param name="About">The room's settings: the given ones, or those that it had already.</param>
/// <param name="IsNew">
/// Whether this call gave the room its settings; <see langword="false"/> if it had settings before, perhaps from an earlier attempt of the same call, and was left
/// as it was. Of several callers at the same time one receives <see langword="true"/>.
/// </param>
public sealed record RoomCreation(RoomAbout About, bool IsNew);
