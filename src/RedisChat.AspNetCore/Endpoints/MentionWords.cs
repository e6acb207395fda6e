namespace RedisChat.AspNetCore;

/// <summary>The mentions in a request: words, as <see cref="Mention.ToString()"/> writes them.</summary>
internal static class MentionWords
{
    /// <summary>Parses the words; <see langword="null"/> if the request has none.</summary>
    /// <exception cref="ChatProblemException">One of them is no mention.</exception>
    public static MentionList? Parse(IReadOnlyList<string>? words)
    {
        if (words is null)
        {
            return null;
        }

        var mentions = new Mention[words.Count];
        for (var i = 0; i < mentions.Length; i++)
        {
            mentions[i] = Mention.TryParse(words[i], out var mention)
                ? mention
                : throw new ChatProblemException(ChatProblem.Invalid("A mention is \"@\" and a user's id, \"&\" and the name of a role, or \"*\" for everyone.", "mentions"));
        }

        return [.. mentions];
    }

    /// <summary>The right that they take besides that of the request.</summary>
    public static RoomRights Right(MentionList? mentions) => mentions?.Contains(Mention.Everyone) == true ? RoomRights.MentionEveryone : RoomRights.None;
}
