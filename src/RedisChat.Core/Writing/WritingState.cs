using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>The state of a message that is, or was, written part by part: see <see cref="Message.Writing"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WritingState>))]
public enum WritingState
{
    /// <summary>The message is being written: its text is the text so far.</summary>
    InProgress = 1,

    /// <summary>Its writer gave up or is gone. The message keeps the text that was stored.</summary>
    Abandoned = 2,
}
