using System.Net;

namespace RedisChat.Web.Tests;

/// <summary>Reads an event stream as a client does.</summary>
internal sealed class EventStreamReader : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private EventStreamReader(HttpResponseMessage response, Stream body) => (_response, _lines) = (response, new StreamReader(body));

    public HttpResponseMessage Response => _response;

    public static Task<EventStreamReader> OpenAsync(HttpClient client, string path, string? lastEventId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        return OpenAsync(client, request);
    }

    public static async Task<EventStreamReader> OpenAsync(HttpClient client, HttpRequestMessage request)
    {
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Limit.Token);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        return new EventStreamReader(response, await response.Content.ReadAsStreamAsync(Limit.Token));
    }

    /// <summary>The next frame; <see langword="null"/> at the end of the stream.</summary>
    public async Task<Frame?> ReadAsync()
    {
        string? id = null, data = null;
        var name = "message";
        var isComment = false;
        while (await _lines.ReadLineAsync(Limit.Token) is { } line)
        {
            switch (line)
            {
                case "" when data is not null || isComment:
                    return new Frame(id, name, data ?? "", isComment);
                case "":
                    break;
                case [':', ..]:
                    isComment = true;
                    break;
                case var text when text.StartsWith("id: ", StringComparison.Ordinal):
                    id = text[4..];
                    break;
                case var text when text.StartsWith("event: ", StringComparison.Ordinal):
                    name = text[7..];
                    break;
                case var text when text.StartsWith("data: ", StringComparison.Ordinal):
                    data = text[6..];
                    break;
                default:
                    throw new InvalidOperationException($"Not a line of an event stream: {line}");
            }
        }

        return null;
    }

    /// <summary>Reads up to the first frame that is wanted; comments and others are skipped.</summary>
    public async Task<Frame> ReadToAsync(Func<Frame, bool> isWanted)
    {
        while (await ReadAsync() is { } frame)
        {
            if (!frame.IsComment && isWanted(frame))
            {
                return frame;
            }
        }

        throw new InvalidOperationException("The stream ended before the frame came.");
    }

    public Task<Frame> ReadToAsync(string kind) => ReadToAsync(frame => frame.Kind == kind);

    /// <summary>All frames to the end, without comments.</summary>
    public async Task<List<Frame>> ReadToEndAsync()
    {
        var frames = new List<Frame>();
        while (await ReadAsync() is { } frame)
        {
            if (!frame.IsComment)
            {
                frames.Add(frame);
            }
        }

        return frames;
    }

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
    }
}
