namespace RedisChat.Tool;

/// <summary>What <c>delete-room</c> prints as JSON.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Messages">How many messages it had.</param>
/// <param name="Members">How many members it had.</param>
/// <param name="DryRun">Whether nothing was deleted.</param>
internal sealed record DeletedRoom(string Room, long Messages, long Members, bool DryRun);
