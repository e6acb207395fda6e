using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>How bad a finding is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ServerFindingSeverity>))]
public enum ServerFindingSeverity
{
    /// <summary>Worth knowing; nothing is wrong.</summary>
    Information,

    /// <summary>It does harm after a fault or under load.</summary>
    Warning,

    /// <summary>It loses messages or stops the chat, now or at the next fault.</summary>
    Problem,
}
