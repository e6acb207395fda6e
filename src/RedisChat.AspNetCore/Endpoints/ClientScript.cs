using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace RedisChat.AspNetCore;

/// <summary>The browser client, ES modules. Anyone may load them: a page imports them before anybody has signed in.</summary>
internal static class ClientScript
{
    /// <summary>The modules: the client, and what an application adds to it if it wants more than a plain chat.</summary>
    internal static readonly string[] Names = ["redischat.js", "conversation.js", "threads.js"];

    /// <summary>Whether the client was built before this assembly.</summary>
    public static bool IsIncluded => Assembly.GetExecutingAssembly().GetManifestResourceInfo(Names[0]) is not null;

    public static void Map(IEndpointRouteBuilder chat)
    {
        foreach (var name in Names)
        {
            if (Load(name) is { } text)
            {
                var tag = new EntityTagHeaderValue($"\"{Convert.ToHexString(SHA256.HashData(text), 0, 8)}\"");
                chat.MapMethods(name, ["GET", "HEAD"], (HttpContext http) => Get(http, text, tag)).AllowAnonymous().ExcludeFromDescription();
            }
        }
    }

    private static FileContentHttpResult Get(HttpContext http, byte[] text, EntityTagHeaderValue tag)
    {
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(text, "text/javascript; charset=utf-8", entityTag: tag);
    }

    private static byte[]? Load(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name);
        if (stream is null)
        {
            return null;
        }

        var text = new byte[stream.Length];
        stream.ReadExactly(text);
        return text;
    }
}
