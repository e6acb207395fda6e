namespace RedisChat.AspNetCore;

/// <summary>The first frame of a stream to which rooms can be added.</summary>
/// <param name="Stream">The stream's id, for <c>POST stream/{stream}</c> at this node.</param>
internal sealed record StreamOpened(string Stream);
