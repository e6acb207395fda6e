using System.Text.Json;

namespace RedisChat.Web.Tests;

/// <summary>A frame of an event stream.</summary>
internal sealed record Frame(string? Id, string Event, string Data, bool IsComment)
{
    public JsonElement Json => JsonDocument.Parse(Data).RootElement;

    /// <summary>The kind of a room's event; empty for other frames.</summary>
    public string Kind => Event == "message" && !IsComment ? Json.GetProperty("event").GetProperty("kind").GetString()! : "";

    /// <summary>The text of a created message.</summary>
    public string? Text => Kind is "created" or "edited" ? Json.GetProperty("event").GetProperty("message").GetProperty("text").GetString() : null;

    public string? Room => Json.TryGetProperty("room", out var room) ? room.GetString() : null;

    public string? Code => Json.TryGetProperty("code", out var code) ? code.GetString() : null;
}
