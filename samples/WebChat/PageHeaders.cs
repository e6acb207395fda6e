namespace RedisChat.WebChat;

/// <summary>What browsers are told about the page.</summary>
internal static class PageHeaders
{
    /// <summary>Allows the page only its own scripts and styles, and connections to the nodes.</summary>
    public static void UsePageHeaders(this WebApplication app, WebChatSettings settings)
    {
        var policy = string.Join(
            "; ",
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "manifest-src 'self'",
            $"connect-src {string.Join(' ', settings.Nodes.Prepend("'self'"))}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'");
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";

            // Revalidated each time, so that a new version of the sample is seen at once. The chat's own endpoints set what they need.
            headers.CacheControl = "no-cache";
            return next(context);
        });
    }
}
