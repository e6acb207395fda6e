using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>The role that a server claims.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ServerRole>))]
public enum ServerRole
{
    /// <summary>The server did not report its role.</summary>
    Unknown,

    /// <summary>It accepts writes.</summary>
    Primary,

    /// <summary>It copies a primary.</summary>
    Replica,
}
