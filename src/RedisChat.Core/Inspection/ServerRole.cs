using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>What a server claims to be.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ServerRole>))]
public enum ServerRole
{
    /// <summary>It did not tell.</summary>
    Unknown,

    /// <summary>It takes writes.</summary>
    Primary,

    /// <summary>It copies a primary.</summary>
    Replica,
}
