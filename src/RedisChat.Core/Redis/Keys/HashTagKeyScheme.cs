using System.Globalization;
using RedisChat.Redis;

namespace RedisChat;

/// <summary>The default scheme: <c>chatroom:{room}</c>, <c>chatroom:{user:alice}</c> and <c>chatroom:{directory:3}</c>.</summary>
/// <remarks>
/// The id is in the hash tag. It is percent-encoded where it contains <c>% { } :</c>, a control character or half of a surrogate pair, so no id can
/// end the tag early or spell another root; everything else stays readable in <c>redis-cli</c>. A colon inside the braces therefore never comes
/// from an id: a room named <c>user:alice</c> is <c>chatroom:{user%3Aalice}</c>.
/// </remarks>
public sealed class HashTagKeyScheme : IRoomKeyScheme
{
    /// <summary>The prefix of every key unless another one is given: <c>chatroom</c>.</summary>
    public const string DefaultPrefix = "chatroom";

    private readonly string _prefix;

    /// <summary>Creates a scheme.</summary>
    /// <param name="prefix">The beginning of every key: 1 to 64 of the characters A–Z a–z 0–9 <c>. _ - : /</c>.</param>
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
    public string Directory(int shard) => string.Create(CultureInfo.InvariantCulture, $"{_prefix}:{{directory:{shard}}}");

    /// <inheritdoc/>
    public string Room(string room) => $"{_prefix}:{{{EscapedId.Of(room)}}}";

    /// <inheritdoc/>
    public string User(string user) => $"{_prefix}:{{user:{EscapedId.Of(user)}}}";
}
