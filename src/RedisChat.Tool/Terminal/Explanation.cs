namespace RedisChat.Terminal;

/// <summary>Explains an error in one line.</summary>
internal static class Explanation
{
    public static string Of(Exception error)
    {
        if (error is not ArgumentException { ParamName: { } name })
        {
            return error.Message;
        }

        // .NET appends the parameter's name, and for a range the value on a separate line: useless to a chat's user.
        var end = error.Message.IndexOf($" (Parameter '{name}')", StringComparison.Ordinal);
        return end < 0 ? error.Message : error.Message[..end];
    }
}
