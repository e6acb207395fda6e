using System.Globalization;

namespace RedisChat.Redis;

/// <summary>Which keys of a room can hold something about a user, and what to look for in them: a letter of <c>user_find.lua</c>.</summary>
internal static class UserPlaces
{
    public const char List = 'l';
    public const char MentionsOfUser = 'z';
    public const char ScheduledByUser = 's';
    public const char Field = 'f';
    public const char Members = 'm';
    public const char Pins = 'p';
    public const char Values = 'v';
    public const char Threads = 't';
    public const char Reactions = 'r';
    public const char Sent = 'k';
    public const char Mentions = 'x';
    public const char Here = 'h';
    public const char Log = 'c';

    /// <summary>Whether the room has a change log, or gets one when this is removed. Then each erasure visits it.</summary>
    public static bool IsLogged(UserTrace trace) => trace.Kind is List or MentionsOfUser or Members or Pins or Threads or Reactions or Log;

    /// <summary>The letter of a key; 0 if it cannot hold anything about the user besides messages.</summary>
    /// <param name="suffix">The key without the root and the colon after it.</param>
    /// <param name="user">The user.</param>
    public static char Of(string suffix, ErasedUser user)
    {
        var colon = suffix.IndexOf(':', StringComparison.Ordinal);
        var rest = colon < 0 ? null : suffix[(colon + 1)..];
        var isUser = rest == user.Key;
        return (colon < 0 ? suffix : suffix[..colon], rest) switch
        {
            ("u", not null) when isUser => List,
            ("mentions", not null) => isUser ? MentionsOfUser : '\0',
            ("mentions", null) => Mentions,
            ("scheduled", not null) => isUser ? ScheduledByUser : Values,
            ("members", null) => Members,
            ("read" or "rates", null) => Field,
            ("pins", null) => Pins,
            ("threads", null) => Threads,
            ("changed", null) => Log,
            ("here", "users") => Here,
            ("r", not null) => Reactions,
            ("v", not null) => Values,
            ("sent", not null) when long.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out _) => Sent,
            _ => '\0',
        };
    }
}
