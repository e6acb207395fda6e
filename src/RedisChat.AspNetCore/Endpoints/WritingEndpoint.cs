using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Net.Http.Headers;

namespace RedisChat.AspNetCore;

/// <summary>Messages that are written part by part: one request, whose body is the message as it comes.</summary>
internal static class WritingEndpoint
{
    private const string Lines = "application/x-ndjson";
    private const string Plain = "text/plain";

    /// <summary>How long a client that was refused may go on sending.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    public static void Map(IEndpointRouteBuilder chat) =>
        chat.MapPost("rooms/{room}/writing", WriteAsync).Returns<Message>(201)
            .Describe("WriteMessage", "Writes a message part by part: the body is streamed, and the others see it grow. The end of the body completes it.", 408, 409, 413, 415, 507);

    private static async Task<IResult> WriteAsync(string room, ChatCall call)
    {
        try
        {
            return await RunAsync(ChatCall.Id(room), call).ConfigureAwait(false);
        }
        catch (Exception e) when (!call.Aborted.IsCancellationRequested && ChatProblem.Of(e) is { Status: not StatusCodes.Status500InternalServerError } problem)
        {
            // A client of HTTP/1.1 that only sends at first would see a broken connection instead of this answer if the rest of its body was not read.
            await ProblemWriter.WriteAsync(call.Http, problem, call.Aborted).ConfigureAwait(false);
            await call.Http.Response.CompleteAsync().ConfigureAwait(false);
            await IgnoreAsync(call).ConfigureAwait(false);
            return TypedResults.Empty;
        }
    }

    private static async Task IgnoreAsync(ChatCall call)
    {
        using var late = new CancellationTokenSource(Rest, call.Web.Time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(late.Token, call.Aborted);
        var reader = call.Http.Request.BodyReader;
        try
        {
            ReadResult read;
            do
            {
                read = await reader.ReadAsync(over.Token).ConfigureAwait(false);
                reader.AdvanceTo(read.Buffer.End);
            }
            while (!read.IsCompleted);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // It is cut off, or has gone.
        }
    }

    private static async Task<Answer<Message>> RunAsync(string id, ChatCall call)
    {
        var http = call.Http;
        _ = await call.Caller.RoomAsync(id, RoomRights.Send, call.Aborted).ConfigureAwait(false);
        var isPlain = TypeOf(http.Request.ContentType);
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            // Kestrel cuts off bodies of less than 240 bytes a second. A text that comes word by word is slower; ChatWebOptions.WritingTimeout is what counts.
            rate.MinDataRate = null;
        }

        var parts = isPlain ? ReadTextAsync(http.Request) : ReadLinesAsync(http.Request, call.Web.Options.MaxBodyBytes);
        var message = await new ClientWriting(call.Web, call.Caller).RunAsync(id, parts, call.Aborted).ConfigureAwait(false);
        http.Response.Headers.Location = $"{http.Request.PathBase}{http.Request.Path.Value![..^"writing".Length]}messages/{message.Id}";
        return new Answer<Message>(message, ChatJsonContext.Default.Message, StatusCodes.Status201Created);
    }

    /// <summary>Whether the body is plain text, not lines.</summary>
    private static bool TypeOf(string? contentType)
    {
        var isUtf8 = MediaTypeHeaderValue.TryParse(contentType, out var type)
            && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));
        return isUtf8 && Is(Plain) || (isUtf8 && Is(Lines) ? false : throw new ChatProblemException(ChatProblem.NotText));

        bool Is(string name) => type!.MediaType.Equals(name, StringComparison.OrdinalIgnoreCase);
    }

    private static async IAsyncEnumerable<SendRequest?> ReadTextAsync(HttpRequest request, [EnumeratorCancellation] CancellationToken over = default)
    {
        // A character may be split between two reads.
        var decoder = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetDecoder();
        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(over).ConfigureAwait(false);
            string text;
            try
            {
                text = Decode(decoder, read.Buffer, read.IsCompleted);
            }
            finally
            {
                reader.AdvanceTo(read.Buffer.End);
            }

            if (text.Length > 0)
            {
                yield return new SendRequest { Text = text };
            }

            if (read.IsCompleted)
            {
                yield break;
            }
        }
    }

    private static string Decode(Decoder decoder, in ReadOnlySequence<byte> bytes, bool isEnd)
    {
        try
        {
            var text = new StringBuilder();
            foreach (var segment in bytes)
            {
                Add(segment.Span, flush: false);
            }

            Add([], isEnd);
            return text.ToString();

            void Add(ReadOnlySpan<byte> part, bool flush)
            {
                var characters = new char[decoder.GetCharCount(part, flush)];
                text.Append(characters, 0, decoder.GetChars(part, characters, flush));
            }
        }
        catch (DecoderFallbackException)
        {
            throw new ChatProblemException(ChatProblem.Invalid("The text is not valid UTF-8.", "text"));
        }
    }

    private static async IAsyncEnumerable<SendRequest?> ReadLinesAsync(HttpRequest request, int mostBytes, [EnumeratorCancellation] CancellationToken over = default)
    {
        var reader = request.BodyReader;
        var isFirst = true;
        while (true)
        {
            var read = await reader.ReadAsync(over).ConfigureAwait(false);
            var buffer = read.Buffer;
            var lines = new List<byte[]>();
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                lines.Add(buffer.Slice(0, end).ToArray());
                buffer = buffer.Slice(buffer.GetPosition(1, end));
            }

            if (read.IsCompleted)
            {
                // The last line need not end with a line feed.
                lines.Add(buffer.ToArray());
                buffer = buffer.Slice(buffer.End);
            }

            var isTooLong = buffer.Length > mostBytes;
            reader.AdvanceTo(buffer.Start, read.Buffer.End);
            foreach (var line in lines)
            {
                var part = Parse(line, isFirst);
                isFirst &= part is null;
                yield return part;
            }

            if (isTooLong)
            {
                throw new ChatProblemException(ChatProblem.TooLarge);
            }

            if (read.IsCompleted)
            {
                yield break;
            }
        }
    }

    /// <summary>A line: of the first one, the message that is begun; of the others, a part. <see langword="null"/> for an empty one.</summary>
    private static SendRequest? Parse(byte[] line, bool isFirst)
    {
        var json = line.AsSpan().Trim(" \t\r"u8);
        if (json.IsEmpty)
        {
            return null;
        }

        try
        {
            return isFirst
                ? JsonSerializer.Deserialize(json, WebJsonContext.Default.SendRequest) ?? throw new JsonException()
                : new SendRequest { Text = JsonSerializer.Deserialize(json, WebJsonContext.Default.String) ?? throw new JsonException() };
        }
        catch (JsonException e)
        {
            var path = e.Path is { Length: > 2 } found ? found[2..] : null;
            throw new ChatProblemException(ChatProblem.Invalid(
                isFirst ? "The first line must be a JSON object with the properties of a message." : "Each line after the first must be a JSON string: a part of the text.", path));
        }
    }
}
