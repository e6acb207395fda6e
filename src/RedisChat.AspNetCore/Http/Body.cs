using System.Buffers;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace RedisChat.AspNetCore;

/// <summary>The JSON body of a request, read when the endpoint asks for it: not before it is known who makes the request.</summary>
/// <typeparam name="T">What is in it; <see cref="WebJsonContext"/> knows it.</typeparam>
internal sealed class Body<T>(HttpContext http) : IEndpointParameterMetadataProvider
    where T : class, new()
{
    private const int FirstBuffer = 4096;

    private static bool IsOptional => typeof(T).IsAssignableTo(typeof(IOptionalRequest));

    public static ValueTask<Body<T>?> BindAsync(HttpContext http) => new(new Body<T>(http));

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(new Accepted());

    /// <summary>Reads the body.</summary>
    /// <exception cref="ChatProblemException">It is missing, too large, or not such JSON.</exception>
    public async Task<T> ReadAsync(ChatCall call)
    {
        var mostBytes = call.Web.Options.MaxBodyBytes;
        var request = http.Request;
        if (request.ContentLength > mostBytes)
        {
            throw new ChatProblemException(ChatProblem.TooLarge);
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(mostBytes, request.ContentLength ?? FirstBuffer) + 1);
        try
        {
            var length = 0;
            while (await request.Body.ReadAsync(buffer.AsMemory(length), http.RequestAborted).ConfigureAwait(false) is > 0 and var read)
            {
                length += read;
                if (length > mostBytes)
                {
                    throw new ChatProblemException(ChatProblem.TooLarge);
                }

                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }

            if (length == 0 && IsOptional)
            {
                return new T();
            }

            return IsJson(request.ContentType) ? Parse(buffer.AsSpan(0, length)) : throw new ChatProblemException(ChatProblem.NotJson);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static T Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, (JsonTypeInfo<T>)WebJsonContext.Default.GetTypeInfo(typeof(T))!)
                ?? throw new ChatProblemException(ChatProblem.Invalid("A JSON object is required."));
        }
        catch (JsonException e)
        {
            // The exception's own text names types of .NET.
            var path = e.Path is { Length: > 2 } found ? found[2..] : null;
            throw new ChatProblemException(ChatProblem.Invalid(
                path is null ? "The body is not a valid JSON object." : "The JSON is not valid here, or not of the type that is expected.", path));
        }
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));

    /// <summary>Describes the body. It names no content type, because routing would then answer another one itself, without a problem.</summary>
    private sealed class Accepted : IAcceptsMetadata
    {
        public IReadOnlyList<string> ContentTypes => [];

        public Type RequestType => typeof(T);

        public bool IsOptional => Body<T>.IsOptional;
    }
}
