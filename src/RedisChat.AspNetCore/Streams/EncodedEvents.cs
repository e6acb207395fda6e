using System.Runtime.CompilerServices;

namespace RedisChat.AspNetCore;

/// <summary>Encodes each event once in this process, however many clients receive it.</summary>
/// <remarks>All watchers of a room receive the same instance of a live event, and those that catch up together too. An encoding lives as long as its event.</remarks>
internal sealed class EncodedEvents
{
    private readonly ConditionalWeakTable<RoomEvent, EncodedEvent> _encoded = [];

    public EncodedEvent Of(string room, RoomEvent happened) =>
        _encoded.TryGetValue(happened, out var encoded) ? encoded : _encoded.GetValue(happened, key => new EncodedEvent(room, key));
}
