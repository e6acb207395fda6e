using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>Whom a message mentions: a user, the members with a role, or everyone. See <see cref="NewMessage.Mentions"/>. Immutable.</summary>
/// <remarks>
/// <see cref="ToString"/> returns a word, which is also the JSON form and the stored one: <c>@ann</c> for a user, <c>&amp;moderator</c> for a role, <c>*</c> for everyone.
/// <see cref="TryParse"/> reads it back.
/// </remarks>
[JsonConverter(typeof(MentionJsonConverter))]
public sealed record Mention
{
    private const char UserSign = '@';
    private const char RoleSign = '&';
    private const string EveryoneWord = "*";

    private Mention(MentionKind kind, string id) => (Kind, Id) = (kind, id);

    /// <summary>Everyone who may read the room. Users need the right <see cref="RoomRights.MentionEveryone"/> for it.</summary>
    public static Mention Everyone { get; } = new(MentionKind.Everyone, "");

    /// <summary>Whom it means.</summary>
    public MentionKind Kind { get; }

    /// <summary>The user's id, or the role's name; empty for everyone.</summary>
    public string Id { get; }

    /// <summary>A user.</summary>
    /// <param name="id">The user's id: 1 to <see cref="ChatLimits.MaxIdBytes"/> bytes of UTF-8, no control characters.</param>
    /// <exception cref="ChatInputException">The id is not valid.</exception>
    public static Mention User(string id)
    {
        ChatInput.CheckId(id);
        return new(MentionKind.User, id);
    }

    /// <summary>The members who have a role when they ask what mentions them. A role that the room does not have mentions nobody.</summary>
    /// <param name="name">The role's name: see <see cref="RoomRole.Name"/>.</param>
    /// <exception cref="ChatInputException">The name is not one that a role can have.</exception>
    public static Mention Role(string name)
    {
        RuleInput.CheckRoleName(name);
        return new(MentionKind.Role, name);
    }

    /// <summary>Parses a word that <see cref="ToString"/> returned; <see langword="false"/> for any other text.</summary>
    /// <param name="word">The word.</param>
    /// <param name="mention">The mention.</param>
    public static bool TryParse([NotNullWhen(true)] string? word, [NotNullWhen(true)] out Mention? mention)
    {
        try
        {
            mention = word switch
            {
                EveryoneWord => Everyone,
                [UserSign, ..] => User(word[1..]),
                [RoleSign, ..] => Role(word[1..]),
                _ => null,
            };
        }
        catch (ChatInputException)
        {
            mention = null;
        }

        return mention is not null;
    }

    /// <summary>The mention of a stored word, whose id nobody has checked; <see langword="null"/> if the word is none, perhaps because it is of a later version.</summary>
    internal static Mention? OfStored(string word) => word switch
    {
        EveryoneWord => Everyone,
        [UserSign, _, ..] => new(MentionKind.User, word[1..]),
        [RoleSign, _, ..] => new(MentionKind.Role, word[1..]),
        _ => null,
    };

    /// <summary>The mention as a word: <c>@ann</c>, <c>&amp;moderator</c> or <c>*</c>.</summary>
    public override string ToString() => Kind switch
    {
        MentionKind.User => UserSign + Id,
        MentionKind.Role => RoleSign + Id,
        _ => EveryoneWord,
    };

    /// <summary>Whether it means a user.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="role">The user's role; <see langword="null"/> if the user is not a member.</param>
    internal bool Means(string user, string? role) => Kind switch
    {
        MentionKind.User => Id == user,
        MentionKind.Role => Id == role,
        _ => true,
    };
}
