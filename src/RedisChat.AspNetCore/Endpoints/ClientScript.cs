using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace RedisChat.AspNetCore;

/// <summary>The browser client, an ES module. Anyone may load it: a page imports it before anybody has signed in.</summary>
internal static class ClientScript
{
    private const string Resource = "redischat.js";

    private static readonly byte[]? Text = Load();
    private static readonly EntityTagHeaderValue? Tag = Text is null ? null : new EntityTagHeaderValue($"\"{Convert.ToHexString(SHA256.HashData(Text), 0, 8)}\"");

    public static void Map(IEndpointRouteBuilder chat)
    {
        if (Text is not null)
        {
            chat.MapMethods(Resource, ["GET", "HEAD"], Get).AllowAnonymous().ExcludeFromDescription();
        }
    }

    private static FileContentHttpResult Get(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(Text!, "text/javascript; charset=utf-8", entityTag: Tag);
    }

    private static byte[]? Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource);
        if (stream is null)
        {
            return null;
        }

        var text = new byte[stream.Length];
        stream.ReadExactly(text);
        return text;
    }
}
