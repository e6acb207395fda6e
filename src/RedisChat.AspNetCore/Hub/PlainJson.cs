using System.Text.Json;

namespace RedisChat.AspNetCore;

/// <summary>JSON as maps, lists and plain values, which every protocol of SignalR can write: with the same names and values as in JSON.</summary>
internal static class PlainJson
{
    public static object? Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().ToDictionary(property => property.Name, property => Of(property.Value)),
        JsonValueKind.Array => value.EnumerateArray().Select(Of).ToArray(),
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetInt64(out var number) ? number : value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };
}
