using System.Security.Claims;
using RedisChat.AspNetCore;

namespace RedisChat.AotApp;

/// <summary>The user is the name in a header.</summary>
internal sealed class HeaderAccess : IChatAccess
{
    public const string Header = "X-User";
    public const string Claim = "name";

    public ValueTask<string?> GetUserIdAsync(ClaimsPrincipal principal, CancellationToken cancellationToken = default) =>
        new(principal.FindFirst(Claim)?.Value is { Length: > 0 } name ? name : null);
}
