namespace RedisChat;

/// <summary>What to search for: see <see cref="ChatUser.Search"/>.</summary>
public sealed record MessageSearch
{
    /// <summary>Creates a search for words, to be narrowed by an initializer.</summary>
    /// <param name="text">See <see cref="Text"/>.</param>
    public MessageSearch(string text) => Text = text;

    /// <summary>
    /// The words, all of which a message must have, in any order: at most <see cref="ChatLimits.MaxSearchBytes"/> bytes of UTF-8. The last one may be the beginning of a word, of at least two letters, unless a space follows it. Capital
    /// letters and accents make no difference. Characters of scripts that put no spaces between words, such as Chinese, Japanese and Thai, are found anywhere in a text. No character has a
    /// meaning of its own; without a letter, digit or symbol in it, nothing is found.
    /// </summary>
    public string Text { get; init; }

    /// <summary>
    /// Only messages of these rooms and of their threads: at most <see cref="ChatLimits.MaxSearchedRooms"/>. Rooms that the user may not read are left out. <see langword="null"/>, the default, for
    /// all rooms that the user may read.
    /// </summary>
    public IReadOnlyList<string>? Rooms { get; init; }

    /// <summary>Only messages of this author; <see langword="null"/>, the default, for all.</summary>
    public string? User { get; init; }

    /// <summary>Only messages that were stored at this time or later, by the store's clock; <see langword="null"/>, the default, for no limit.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only messages that were stored before this time, by the store's clock; <see langword="null"/>, the default, for no limit.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The most hits to return: 1 to 100.</summary>
    public int Limit { get; init; } = 20;

    /// <summary>Where to continue: the <see cref="SearchPage.Cursor"/> of the previous page of the same search; <see langword="null"/>, the default, to start with the newest.</summary>
    public string? Cursor { get; init; }
}
