using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace RedisChat.AspNetCore;

/// <summary>Finds out which value of the path or the query could not be bound: ASP.NET says so only to its log.</summary>
internal static class BadParameter
{
    public static ChatProblem Find(HttpContext http)
    {
        foreach (var parameter in http.GetEndpoint()?.Metadata.GetMetadata<MethodInfo>()?.GetParameters() ?? [])
        {
            if (parameter.Name is { } name && Allowed(parameter.ParameterType) is var (isValid, allowed) && Text(http, name) is { } text && !isValid(text))
            {
                return ChatProblem.Invalid(allowed, name);
            }
        }

        return ChatProblem.Invalid("A value in the path or the query is missing, or is not what the operation takes.");
    }

    private static string? Text(HttpContext http, string name) =>
        http.Request.RouteValues.TryGetValue(name, out var value) ? value as string : http.Request.Query[name] is { Count: > 0 } values ? values.ToString() : null;

    private static (Func<string, bool> IsValid, string Allowed)? Allowed(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(long) ? (static text => long.TryParse(text, CultureInfo.InvariantCulture, out _), "This must be a whole number.")
            : type == typeof(int) ? (static text => int.TryParse(text, CultureInfo.InvariantCulture, out _), "This must be a whole number.")
            : type == typeof(bool) ? (static text => bool.TryParse(text, out _), "This must be true or false.")
            : type == typeof(DateTimeOffset) ? (static text => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _), "This must be a time, such as 2026-01-31T12:00:00Z.")
            : type == typeof(RoomPosition) ? (static text => RoomPosition.TryParse(text, null, out _), "This is not a room position. Pass back exactly the text that the chat returned.")
            : null;
    }
}
