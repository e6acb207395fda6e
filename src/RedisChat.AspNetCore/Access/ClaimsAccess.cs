using System.Security.Claims;

namespace RedisChat.AspNetCore;

/// <summary>The default: the user id that authentication found, and only the rooms' own rules.</summary>
internal sealed class ClaimsAccess : IChatAccess
{
    public ValueTask<string?> GetUserIdAsync(ClaimsPrincipal principal, CancellationToken cancellationToken = default) =>
        new(principal.Identity is { IsAuthenticated: true } ? principal.FindFirstValue(ClaimTypes.NameIdentifier) ?? principal.FindFirstValue("sub") : null);
}
