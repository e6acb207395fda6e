using System.Security.Claims;
using RedisChat.AspNetCore;

namespace RedisChat.Web.Tests;

/// <summary>An application that changes its mind.</summary>
internal sealed class ChangingAccess : IChatAccess
{
    public volatile bool IsSignedOut;
    public volatile string? Closed;

    public ValueTask<string?> GetUserIdAsync(ClaimsPrincipal principal, CancellationToken cancellationToken = default) =>
        new(IsSignedOut ? null : principal.FindFirst(ClaimTypes.NameIdentifier)?.Value);

    public ValueTask<RoomRights> GetRightsAsync(ClaimsPrincipal principal, string room, CancellationToken cancellationToken = default) =>
        new(room == Closed ? RoomRights.None : RoomRights.All);
}
