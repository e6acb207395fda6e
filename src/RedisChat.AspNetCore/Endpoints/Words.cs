namespace RedisChat.AspNetCore;

/// <summary>Values of an enumeration in the query: their names in lower case, and nothing else.</summary>
internal static class Words
{
    public static T Parse<T>(string? word, T otherwise, string parameter)
        where T : struct, Enum
    {
        if (word is null)
        {
            return otherwise;
        }

        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(value.ToString(), word, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        var allowed = string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()));
        throw new ChatProblemException(ChatProblem.Invalid($"This must be one of: {allowed}.", parameter));
    }
}
