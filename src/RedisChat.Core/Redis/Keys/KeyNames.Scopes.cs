using System.Diagnostics.CodeAnalysis;

namespace RedisChat.Redis;

/// <content>The way back: from the name of a key to the room or other scope that it belongs to.</content>
internal sealed partial class KeyNames
{
    /// <summary>The pattern for <c>SCAN</c> that matches all keys of the chat.</summary>
    /// <exception cref="NotSupportedException">The scheme's roots have no hash tags.</exception>
    public string Everything => Glob().Replace(Head, "\\$0") + "*";

    /// <summary>The pattern for <c>SCAN</c> that matches the own hashes of rooms, and few other keys: ids have no braces, so nothing below a root ends with one.</summary>
    /// <inheritdoc cref="Everything" path="/exception"/>
    public string OwnHashes => Everything + "}";

    /// <summary>The pattern for <c>SCAN</c> that matches the keys of users' scopes, and those of the directory: only their hash tags have colons.</summary>
    /// <inheritdoc cref="Everything" path="/exception"/>
    public string BelowUsers => Everything + ":*}*";

    /// <summary>The end of <see cref="Importing"/>, without the colon before it.</summary>
    public const string ImportEnd = "import";

    /// <summary>The pattern for <c>SCAN</c> that matches <see cref="Importing"/> of all rooms, and possibly other keys.</summary>
    /// <exception cref="NotSupportedException">The scheme's roots have no hash tags.</exception>
    public string EveryImport => $"{Everything}:{ImportEnd}";

    /// <summary>The beginning of all roots, up to the hash tag.</summary>
    private string Head => scheme.Room("room") is var root && root.IndexOf('{', StringComparison.Ordinal) is >= 0 and var at && TryReadKey(Bucket("room", 0), out var room, out _) && room == "room"
        ? root[..(at + 1)]
        : throw new NotSupportedException(
            $"The keys that {scheme.GetType().Name} names do not say which rooms there are. Name the rooms, or use a scheme whose roots have the room's id, escaped as by {nameof(HashTagKeyScheme)}, as their hash tag.");

    /// <summary>The pattern for <c>MATCH</c> that matches only this text.</summary>
    public static string Literal(string text) => Glob().Replace(text, "\\$0");

    /// <summary>What a key belongs to, and what follows the root of its keys.</summary>
    /// <param name="key">The key.</param>
    /// <param name="scope">The room's or thread's id, or the name of a user's scope.</param>
    /// <param name="suffix">The rest of the key without the colon before it, such as <c>m:0</c>; empty for the scope's own hash.</param>
    /// <returns>Whether it is the key of a room, a thread or a user. Those of the directory are not.</returns>
    public bool TryReadKey(string key, [NotNullWhen(true)] out string? scope, out string suffix)
    {
        (scope, suffix) = (null, "");
        var start = key.IndexOf('{', StringComparison.Ordinal) + 1;
        var end = key.IndexOf('}', start);
        if (start == 0 || end <= start)
        {
            return false;
        }

        var (tag, rest) = (key[start..end], key[(end + 1)..]);
        var colon = tag.IndexOf(':', StringComparison.Ordinal);
        if (rest is not ("" or [':', _, ..]) || !EscapedId.TryRead(tag[(colon + 1)..], out var id))
        {
            return false;
        }

        var owner = colon < 0 ? id : UserScope.Of(id);
        if (Root(owner) != key[..(end + 1)])
        {
            return false;
        }

        (scope, suffix) = SplitThread(owner, rest);
        return true;
    }

    /// <summary>The same for a key of a room that is known.</summary>
    public bool TryReadKey(string room, string key, [NotNullWhen(true)] out string? scope, out string suffix)
    {
        var root = Root(room);
        (scope, suffix) = key.StartsWith(root, StringComparison.Ordinal) && (key.Length == root.Length || key[root.Length] == ':') ? SplitThread(room, key[root.Length..]) : (null!, "");
        return scope is not null;
    }

    /// <summary>The key of a room, a thread or a user with what <see cref="TryReadKey(string, out string?, out string)"/> has read.</summary>
    public string Key(string scope, string suffix) => suffix.Length == 0 ? Root(scope) : $"{Root(scope)}:{suffix}";

    /// <summary>The user in what follows the root of a key, such as <c>u:alice</c>.</summary>
    /// <param name="suffix">What follows.</param>
    /// <param name="part">What precedes the user, with the colon.</param>
    /// <param name="user">The user.</param>
    public static bool TryReadUser(string suffix, string part, [NotNullWhen(true)] out string? user)
    {
        user = null;
        return suffix.StartsWith(part, StringComparison.Ordinal) && EscapedId.TryRead(suffix[part.Length..], out user);
    }

    private static (string Scope, string Suffix) SplitThread(string room, string rest)
    {
        if (rest.StartsWith(":t:", StringComparison.Ordinal))
        {
            var end = rest.IndexOf(':', 3);
            var thread = $"{room}\u001f{(end < 0 ? rest[3..] : rest[3..end])}";
            if (ThreadId.IsThread(thread))
            {
                return (thread, end < 0 ? "" : rest[(end + 1)..]);
            }
        }

        return (room, rest.Length > 0 ? rest[1..] : "");
    }
}
