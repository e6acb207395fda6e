using System.Security.Claims;

namespace RedisChat.AspNetCore;

/// <summary>Decides who a request is, and what it may do beyond the rooms' own rules.</summary>
/// <remarks>
/// <para>
/// Registered with <c>AddAccess</c>; without it, the user is the value of the claim <see cref="ClaimTypes.NameIdentifier"/> or <c>sub</c> of an authenticated principal, and only the rooms' own rules apply.
/// One instance serves all requests, so implementations are thread-safe. An exception ends the request with status 500: nothing is allowed by a failure.
/// </para>
/// <para>
/// While an event stream or a hub connection is open, it is asked again every <see cref="ChatWebOptions.AccessInterval"/>: the stream ends when there is no user any more, or another one, and a room leaves the
/// stream when <see cref="RoomRights.Read"/> is gone.
/// </para>
/// </remarks>
public interface IChatAccess
{
    /// <summary>The chat's user id of a principal.</summary>
    /// <param name="principal">Who makes the request, as authentication found; never null, but perhaps not authenticated.</param>
    /// <param name="cancellationToken">The request was aborted.</param>
    /// <returns>The user's id; <see langword="null"/> if the request may not use the chat, which is answered with status 401.</returns>
    ValueTask<string?> GetUserIdAsync(ClaimsPrincipal principal, CancellationToken cancellationToken = default);

    /// <summary>The most that a principal may do in a room. What the room's own rules allow is checked as well, so this can only take rights away.</summary>
    /// <param name="principal">Who makes the request.</param>
    /// <param name="room">The room's id; it need not exist. Of a thread, the id of the room that it belongs to.</param>
    /// <param name="cancellationToken">The request was aborted.</param>
    /// <returns>All rights by default: only the room's own rules apply.</returns>
    ValueTask<RoomRights> GetRightsAsync(ClaimsPrincipal principal, string room, CancellationToken cancellationToken = default) => new(RoomRights.All);

    /// <summary>What a principal may do with rooms as such.</summary>
    /// <param name="principal">Who makes the request.</param>
    /// <param name="cancellationToken">The request was aborted.</param>
    /// <returns><see cref="DirectoryRights.All"/> by default.</returns>
    ValueTask<DirectoryRights> GetDirectoryRightsAsync(ClaimsPrincipal principal, CancellationToken cancellationToken = default) => new(DirectoryRights.All);
}
