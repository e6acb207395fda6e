namespace RedisChat;

/// <summary>A mention in a text: see <see cref="MentionFinder"/>.</summary>
/// <param name="Mention">Whom it means.</param>
/// <param name="Start">Where it begins: the index of its <c>@</c>, in UTF-16 characters, as <see cref="string"/> counts.</param>
/// <param name="Length">How long it is, with the <c>@</c>, in UTF-16 characters.</param>
public readonly record struct FoundMention(Mention Mention, int Start, int Length);
