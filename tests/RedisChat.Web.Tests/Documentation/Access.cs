using System.Security.Claims;
using RedisChat.AspNetCore;

namespace RedisChat.Web.Tests;

#region access
public sealed class TenantAccess : IChatAccess
{
    public ValueTask<string?> GetUserIdAsync(ClaimsPrincipal principal, CancellationToken cancellationToken = default) =>
        new(principal.FindFirstValue("employee"));

    public ValueTask<RoomRights> GetRightsAsync(ClaimsPrincipal principal, string room, CancellationToken cancellationToken = default) =>
        new(room.StartsWith($"{principal.FindFirstValue("tenant")}-", StringComparison.Ordinal) ? RoomRights.All : RoomRights.None);
}
#endregion
