using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace RedisChat.AspNetCore;

/// <summary>Refuses writes that a page of another origin makes with the cookies of a user who happens to be signed in here (CSRF).</summary>
internal static class OriginCheck
{
    /// <summary>Whether a request comes from a page of this origin, from a page of an allowed one, or from no page at all.</summary>
    /// <remarks>
    /// Browsers send <c>Sec-Fetch-Site</c> with every request to a secure origin, and <c>Origin</c> with every one that is not a GET; pages can set neither. Clients that are not browsers
    /// send none of them, and no cookies that they were not given.
    /// </remarks>
    public static bool IsAllowed(HttpContext http, ChatWebOptions options)
    {
        var site = http.Request.Headers["Sec-Fetch-Site"];
        if (site.Count == 1 && site[0] is "same-origin" or "none")
        {
            return true;
        }

        var origin = http.Request.Headers.Origin;
        return origin.Count switch
        {
            0 => StringValues.IsNullOrEmpty(site),
            1 => (StringValues.IsNullOrEmpty(site) && IsHost(origin[0], http.Request.Host)) || options.AllowedOrigins.Contains(origin[0]!, StringComparer.OrdinalIgnoreCase),
            _ => false,
        };
    }

    // Without the scheme, which a proxy in front of this host may have changed.
    private static bool IsHost(string? origin, HostString host) =>
        host.HasValue && Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && string.Equals(uri.Authority, host.Value, StringComparison.OrdinalIgnoreCase);
}
