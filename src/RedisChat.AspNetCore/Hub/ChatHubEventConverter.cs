using System.Text.Json;
using System.Text.Json.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>Writes the JSON that was encoded once for all clients. It is public only because source generators name it.</summary>
public sealed class ChatHubEventConverter : JsonConverter<ChatHubEvent>
{
    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: clients read the event as a <see cref="WatchedRoomEvent"/>.</exception>
    public override ChatHubEvent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException($"Read the event as a {nameof(WatchedRoomEvent)}.");

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The event was not made by the hub.</exception>
    public override void Write(Utf8JsonWriter writer, ChatHubEvent value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        if (value.Json.IsEmpty)
        {
            throw new NotSupportedException("Only the hub writes events.");
        }

        writer.WriteRawValue(value.Json.Span, skipInputValidation: true);
    }
}
