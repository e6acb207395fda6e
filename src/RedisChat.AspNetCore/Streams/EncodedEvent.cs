using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace RedisChat.AspNetCore;

/// <summary>An event as it is sent.</summary>
internal sealed class EncodedEvent
{
    private SerializedHubMessage? _hubMessage;

    public EncodedEvent(string room, RoomEvent happened)
    {
        (Room, Happened) = (room, happened);
        Frame = Encode(room, happened);
    }

    public string Room { get; }

    public RoomEvent Happened { get; }

    /// <summary>A frame of an event stream: the position to resume from, if there is one, and the JSON of a <see cref="WatchedRoomEvent"/>.</summary>
    public ReadOnlyMemory<byte> Frame { get; }

    /// <summary>The JSON alone.</summary>
    public ReadOnlyMemory<byte> Json => Frame[(Frame.Span.IndexOf("data: "u8) + 6)..^2];

    /// <summary>The message of the hub, which each of its protocols serializes once.</summary>
    public SerializedHubMessage HubMessage => _hubMessage ??= new(new InvocationMessage(nameof(IChatHubClient.Event), [new ChatHubEvent(this)]));

    // After a gap, a client that has not reloaded yet must find the gap again, so the position before it stays the one to resume from. Passing events are not part of
    // the history.
    private static bool IsPlace(RoomEvent happened) =>
        !happened.IsPassing && happened is not (RoomEvent.Gap or RoomEvent.RoomDeleted or RoomEvent.Failed or RoomEvent.Heartbeat);

    private static ReadOnlyMemory<byte> Encode(string room, RoomEvent happened)
    {
        var frame = new ArrayBufferWriter<byte>(256);
        if (IsPlace(happened))
        {
            frame.Write("id: "u8);
            Encoding.ASCII.GetBytes(happened.Position.ToString(), frame);
            frame.Write("\n"u8);
        }

        frame.Write("data: "u8);
        using (var json = new Utf8JsonWriter(frame, new JsonWriterOptions { SkipValidation = true }))
        {
            JsonSerializer.Serialize(json, new WatchedRoomEvent(room, happened), ChatJsonContext.Default.WatchedRoomEvent);
        }

        frame.Write("\n\n"u8);
        return frame.WrittenMemory;
    }
}
