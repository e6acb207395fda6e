using System.Globalization;

namespace RedisChat.Redis;

/// <content>The way back: from the name of a key to the room or other scope that it belongs to.</content>
internal sealed partial class KeyNames
{
    private const string Thread = ":t:";

    /// <summary>The pattern for <c>SCAN</c> that matches all keys of the chat.</summary>
    /// <exception cref="NotSupportedException">The scheme's roots have no hash tags.</exception>
    public string Everything => Glob().Replace(Head, "\\$0") + "*";

    /// <summary>The pattern for <c>MATCH</c> that matches only this text.</summary>
    public static string Literal(string text) => Glob().Replace(text, "\\$0");

    /// <summary>The beginning of all roots, up to the hash tag.</summary>
    private string Head => scheme.Room("room") is var root && root.IndexOf('{', StringComparison.Ordinal) is >= 0 and var at && TryFindScope(Bucket("room", 0), out var room, out _) && room == "room"
        ? root[..(at + 1)]
        : throw new NotSupportedException(
            $"{scheme.GetType().Name} names keys that cannot be traced back to their rooms. To find what a user has left in all rooms, roots must have the room's id, escaped as by {nameof(HashTagKeyScheme)}, as their hash tag.");

    /// <summary>Finds the scope that a key belongs to.</summary>
    /// <param name="key">The key.</param>
    /// <param name="scope">The room's or thread's id, or the name of a user's scope.</param>
    /// <param name="suffix">The rest of the key, without the colon before it; empty for the scope's own hash.</param>
    /// <returns>Whether it is the key of a room, a thread or a user. Those of the directory are not.</returns>
    public bool TryFindScope(string key, out string scope, out string suffix)
    {
        (scope, suffix) = ("", "");
        var start = key.IndexOf('{', StringComparison.Ordinal) + 1;
        var end = key.IndexOf('}', Math.Max(start, 0));
        if (start == 0 || end <= start)
        {
            return false;
        }

        var (tag, root) = (key[start..end], key[..(end + 1)]);
        var colon = tag.IndexOf(':', StringComparison.Ordinal);
        var id = EscapedId.FromKey(tag[(colon + 1)..]);
        scope = colon < 0 ? id : UserScope.Of(id);
        var rest = key[root.Length..];
        if (Root(scope) != root || rest is not ("" or [':', _, ..]))
        {
            return false;
        }

        if (colon < 0 && rest.StartsWith(Thread, StringComparison.Ordinal))
        {
            var after = rest.IndexOf(':', Thread.Length);
            var number = rest[Thread.Length..(after < 0 ? rest.Length : after)];
            if (long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var message) && message > 0 && ThreadId.TryParse($"{scope}\u001f{number}", out var thread))
            {
                (scope, rest) = (thread.RoomId, after < 0 ? "" : rest[after..]);
            }
        }

        suffix = rest.Length == 0 ? "" : rest[1..];
        return true;
    }
}
