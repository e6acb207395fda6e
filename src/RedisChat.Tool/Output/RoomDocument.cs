namespace RedisChat.Tool;

/// <summary>What <c>show</c> prints as JSON.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Info">Settings, rules and counts; <see langword="null"/> for a thread.</param>
/// <param name="Members">The first members.</param>
/// <param name="Page">The messages.</param>
internal sealed record RoomDocument(string Room, RoomInfo? Info, MemberPage Members, MessagePage Page);
