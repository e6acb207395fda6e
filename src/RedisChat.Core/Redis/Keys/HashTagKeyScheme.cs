using System.Globalization;
using System.Text;

namespace RedisChat;

/// <summary>The default scheme: <c>chatroom:{room}</c> and, below it, <c>chatroom:{room}:m:0</c> and so on.</summary>
/// <remarks>
/// The room's id is the hash tag of every key. Ids are percent-encoded where they contain <c>% { } :</c>, a control character or half of a
/// surrogate pair, so that no id can end the tag early or spell another id's key; everything else stays readable in <c>redis-cli</c>.
/// </remarks>
public sealed class HashTagKeyScheme : IRoomKeyScheme
{
    /// <summary>The prefix of every key unless another one is given: <c>chatroom</c>.</summary>
    public const string DefaultPrefix = "chatroom";

    private readonly string _prefix;

    /// <summary>Makes a scheme.</summary>
    /// <param name="prefix">What every key begins with: 1 to 64 of the characters A–Z a–z 0–9 <c>. _ - : /</c>.</param>
    /// <exception cref="ArgumentException">The prefix has other characters or another length.</exception>
    public HashTagKeyScheme(string prefix = DefaultPrefix)
    {
        if (KeyPrefix.Problem(prefix) is { } problem)
        {
            throw new ArgumentException(problem, nameof(prefix));
        }

        _prefix = prefix;
    }

    /// <inheritdoc/>
    public string Room(string room) => $"{_prefix}:{{{Escape(room)}}}";

    /// <inheritdoc/>
    public string Bucket(string room, long bucket) => string.Create(CultureInfo.InvariantCulture, $"{Room(room)}:m:{bucket}");

    /// <inheritdoc/>
    public string Sealed(string room) => $"{Room(room)}:sealed";

    /// <inheritdoc/>
    public string User(string room, string user) => $"{Room(room)}:u:{Escape(user)}";

    /// <inheritdoc/>
    public string Changed(string room) => $"{Room(room)}:changed";

    /// <inheritdoc/>
    public string Sent(string room, long window) => string.Create(CultureInfo.InvariantCulture, $"{Room(room)}:sent:{window}");

    /// <inheritdoc/>
    public string Live(string room) => $"{Room(room)}:live";

    private static string Escape(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (id.Length == 0)
        {
            // "{}" is no hash tag: Redis would hash the whole key, and the room's keys would be in different slots.
            // A lone "%" is free, since every "%" below is followed by a hex digit or "u".
            return "%";
        }

        for (var i = 0; i < id.Length; i++)
        {
            if (NeedsEscape(id[i]) || char.IsSurrogate(id[i]))
            {
                return EscapeFrom(id);
            }
        }

        return id;
    }

    private static string EscapeFrom(string id)
    {
        var escaped = new StringBuilder(id.Length + 16);
        for (var i = 0; i < id.Length; i++)
        {
            var c = id[i];
            if (char.IsHighSurrogate(c) && i + 1 < id.Length && char.IsLowSurrogate(id[i + 1]))
            {
                escaped.Append(c).Append(id[++i]);
            }
            else if (char.IsSurrogate(c))
            {
                // UTF-8 has no form for half a pair; the encoder would turn each into the same U+FFFD.
                escaped.Append(CultureInfo.InvariantCulture, $"%u{(int)c:X4}");
            }
            else if (NeedsEscape(c))
            {
                escaped.Append(CultureInfo.InvariantCulture, $"%{(int)c:X2}");
            }
            else
            {
                escaped.Append(c);
            }
        }

        return escaped.ToString();
    }

    private static bool NeedsEscape(char c) => c is '%' or '{' or '}' or ':' || char.IsControl(c);
}
