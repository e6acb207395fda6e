using System.Globalization;

namespace RedisChat.Redis;

/// <summary>
/// The index of mentions, which the scripts know too. The sorted set of each mentioned user has the ids of the messages, with 16 digits; one for the room has
/// <c>word:id:author</c> for roles and everyone. All scores are 0, so the members are ordered by their bytes.
/// </summary>
internal static class MentionIndex
{
    /// <summary>The feature's letter in the room's field <c>uses</c>.</summary>
    public const char Letter = 'n';

    private const int IdDigits = 16;

    /// <summary>Whether a mention is in the index: authors do not mention themselves.</summary>
    public static bool Has(Mention mention, string author) => mention.Kind != MentionKind.User || mention.Id != author;

    /// <summary>The sorted set that a mention is in.</summary>
    public static string Key(KeyNames keys, string room, Mention mention) => mention.Kind == MentionKind.User ? keys.MentionsOf(room, mention.Id) : keys.Mentions(room);

    /// <summary>Whether a member of the set for the room is of a message by this author.</summary>
    public static bool IsBy(string member, string author)
    {
        var id = member.Length - author.Length - 1 - IdDigits;
        return id > 0 && member[id - 1] == ':' && member.EndsWith($":{author}", StringComparison.Ordinal) && !member.AsSpan(id, IdDigits).ContainsAnyExceptInRange('0', '9');
    }

    /// <summary>The members of the sets: for each mention, the set's key and the member.</summary>
    /// <param name="keys">Names the keys.</param>
    /// <param name="room">The room.</param>
    /// <param name="message">The message.</param>
    /// <param name="mentions">Mentions in it.</param>
    public static IEnumerable<(string Key, string Member)> Entries(KeyNames keys, string room, Message message, IEnumerable<Mention> mentions) => mentions
        .Where(mention => Has(mention, message.User))
        .Select(mention => (
            Key(keys, room, mention),
            mention.Kind == MentionKind.User
                ? message.Id.ToString("d16", CultureInfo.InvariantCulture)
                : string.Create(CultureInfo.InvariantCulture, $"{mention}:{message.Id:d16}:{message.User}")));
}
