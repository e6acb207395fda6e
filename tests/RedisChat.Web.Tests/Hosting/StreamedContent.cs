using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Threading.Channels;

namespace RedisChat.Web.Tests;

/// <summary>A request's body that is sent as it is written.</summary>
internal sealed class StreamedContent : HttpContent
{
    private readonly Channel<byte[]> _parts = Channel.CreateUnbounded<byte[]>();

    public StreamedContent(string type) => Headers.ContentType = MediaTypeHeaderValue.Parse(type);

    public StreamedContent Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    public StreamedContent Write(byte[] bytes)
    {
        _parts.Writer.TryWrite(bytes);
        return this;
    }

    public StreamedContent End()
    {
        _parts.Writer.TryComplete();
        return this;
    }

    /// <summary>Breaks the connection in the middle of the body.</summary>
    public void Break() => _parts.Writer.TryComplete(new IOException("The client has crashed."));

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.FlushAsync(Limit.Token);
        await foreach (var part in _parts.Reader.ReadAllAsync(Limit.Token))
        {
            await stream.WriteAsync(part, Limit.Token);
            await stream.FlushAsync(Limit.Token);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
