namespace RedisChat;

/// <summary>What <see cref="MentionFinder"/> looks for. Immutable.</summary>
public sealed record MentionSearch
{
    /// <summary>
    /// The names of users as people write them, with the users' ids; capital letters make no difference, and the longest name wins. Names may contain spaces.
    /// <see langword="null"/>, the default, if any word can be a user's id.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Users { get; init; }

    /// <summary>The names of roles, which are found as they are and with an <c>s</c>: <c>@moderator</c>, <c>@moderators</c>. None by default.</summary>
    public IReadOnlyCollection<string> Roles { get; init; } = [];

    /// <summary>The word that means everyone: <c>everyone</c> by default; <see langword="null"/> if there is none.</summary>
    public string? Everyone { get; init; } = "everyone";

    internal static MentionSearch Default { get; } = new();
}
