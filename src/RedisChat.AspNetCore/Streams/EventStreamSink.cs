using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace RedisChat.AspNetCore;

/// <summary>Writes the frames of an event stream (text/event-stream).</summary>
/// <param name="writer">The response.</param>
/// <param name="web">The chat.</param>
internal sealed class EventStreamSink(PipeWriter writer, ChatWeb web) : IClientSink
{
    /// <summary>So much is collected before it is sent. A client that takes no data costs this, and what the server buffers for a connection.</summary>
    private const int MostUnsent = 32 * 1024;

    private int _unsent;

    public bool NeedsHeartbeat => true;

    public bool HasUnsent => Volatile.Read(ref _unsent) > 0;

    public ValueTask WriteAsync(string room, RoomEvent happened)
    {
        var frame = web.Encoded.Of(room, happened).Frame;
        writer.Write(frame.Span);
        return Written(frame.Length);
    }

    public ValueTask WriteAsync(RoomFailure failure) => WriteAsync("event: failed\ndata: "u8, failure, WebJsonContext.Default.RoomFailure);

    public ValueTask WriteAsync(InboxChange change) => WriteAsync("event: inbox\ndata: "u8, change, ChatJsonContext.Default.InboxChange);

    public ValueTask WriteAsync(DraftChange change) => WriteAsync("event: draft\ndata: "u8, change, ChatJsonContext.Default.DraftChange);

    public ValueTask WriteAsync(StreamEnd end) => WriteAsync("event: end\ndata: "u8, end, WebJsonContext.Default.StreamEnd);

    public ValueTask WriteAsync(StreamOpened opened) => WriteAsync("event: opened\ndata: "u8, opened, WebJsonContext.Default.StreamOpened);

    public ValueTask WriteHeartbeatAsync()
    {
        writer.Write(": \n\n"u8);
        return Written(4);
    }

    public ValueTask FlushAsync()
    {
        if (_unsent == 0)
        {
            return default;
        }

        _unsent = 0;
        var flush = writer.FlushAsync();
        return flush.IsCompletedSuccessfully ? default : WaitAsync(flush);
    }

    private ValueTask WriteAsync<T>(ReadOnlySpan<byte> start, T value, JsonTypeInfo<T> type)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        writer.Write(start);
        writer.Write(json);
        writer.Write("\n\n"u8);
        return Written(start.Length + json.Length + 2);
    }

    private ValueTask Written(int bytes) => (_unsent += bytes) < MostUnsent ? default : FlushAsync();

    private async ValueTask WaitAsync(ValueTask<FlushResult> flush)
    {
        try
        {
            await flush.AsTask().WaitAsync(web.Options.WriteTimeout, web.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new SlowClientException();
        }
    }
}
