using System.Diagnostics.CodeAnalysis;

namespace RedisChat;

/// <summary>
/// The name of a user's scope. What belongs to a user across rooms has a numbered history of its own, so a store changes and watches it as it does a room:
/// with revisions, a change log, live events that are checked, and gaps.
/// </summary>
/// <remarks>No room has this name, because the ids of rooms contain no control characters.</remarks>
internal static class UserScope
{
    private const char Mark = '\u0001';

    /// <summary>The scope of all users together, with the events that every process needs. No user has an empty id.</summary>
    public static string All { get; } = Of("");

    public static string Of(string user) => Mark + user;

    public static bool TryGetUser(string scope, [NotNullWhen(true)] out string? user)
    {
        user = scope is [Mark, ..] ? scope[1..] : null;
        return user is not null;
    }
}
