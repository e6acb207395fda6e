using System.Globalization;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Explains a server's refusals, and what to change. In each of these cases the server did nothing.</summary>
internal static partial class ServerRefusals
{
    private const string Rights = "docs/operations.md lists the rights that the chat needs.";

    /// <summary>Whether neither a retry nor another connection can change the refusal: a right is missing, or the server does not have the command.</summary>
    public static bool IsForGood(Exception error) =>
        error is RedisServerException && (MissingRight.From(error) is not null || IsUnknownCommand(error.Message));

    /// <summary>Whether a script refused another name in a tally: see <c>room_change.lua</c>.</summary>
    public static bool IsFullTally(RedisServerException error) => CodeOf(error.Message) is "CHATLIMIT";

    /// <summary>The chat's error for a refusal.</summary>
    public static ChatException Translate(RedisServerException error)
    {
        var code = CodeOf(error.Message);
        return Transient(code, error.Message) is { } advice
            ? new ChatUnavailableException($"Redis is temporarily refusing commands ({code}). Nothing was changed.{advice}", error)
            : Lasting(code, error);
    }

    /// <summary>What to do about a refused login, as a sentence that repeats no secret.</summary>
    public static string LoginAdvice(Exception error)
    {
        // One of the inner exceptions has the server's message.
        for (var e = error; e is not null; e = e.InnerException)
        {
            if (e.Message.Contains("WRONGPASS", StringComparison.Ordinal) || e.Message.Contains("invalid password", StringComparison.Ordinal))
            {
                return "The user name or the password is wrong, or the user is off.";
            }

            if (e.Message.Contains("NOAUTH", StringComparison.Ordinal))
            {
                // A wrong password leads here, too: every later command is refused like this.
                return "It requires a password, and the one in the configuration is missing or wrong.";
            }

            if (e.Message.Contains("without any password configured", StringComparison.Ordinal) || e.Message.Contains("no password is set", StringComparison.Ordinal))
            {
                return "The configuration has a password, but the server's default user needs none. Remove the password, or name the user that it belongs to.";
            }
        }

        return "The server did not accept the login.";
    }

    // The text to add to the error, which may be empty, if the refusal is temporary; null if it is not.
    private static string? Transient(string code, string message) => code switch
    {
        "LOADING" => " It is loading its data after a start.",
        "BUSY" => " A script is running for too long; SCRIPT KILL ends one that has not written yet.",
        "READONLY" => " It is a replica. If this lasts after a failover, the configuration does not name the primary.",
        "TRYAGAIN" or "ASK" or "MOVED" => " The slot of the room is being moved.",

        // The client library reports MOVED and ASK like this if it has already followed one.
        "Key" when message.StartsWith("Key has MOVED", StringComparison.Ordinal) => " The slot of the room is being moved.",
        "CLUSTERDOWN" => " The cluster does not serve all slots. `redis-cli --cluster check` shows what is missing.",
        "MASTERDOWN" => " It is a replica that has lost its primary, and it may not answer from old data (replica-serve-stale-data).",
        "NOREPLICAS" => " Fewer replicas follow it than min-replicas-to-write demands. Bring them back, or lower that setting.",
        "MISCONF" => " It cannot write to its disk. Check the disk and the server's log.",
        "NOSCRIPT" or "CHATGIVENUP" => "",
        "ERR" when message.Contains("max number of clients", StringComparison.Ordinal) =>
            " It has reached its maximum number of clients. Raise maxclients, or find out which program opens so many connections.",
        _ => null,
    };

    private static ChatException Lasting(string code, RedisServerException e) => code switch
    {
        "OOM" => new ChatStoreFullException(
            "Redis has reached its maxmemory and accepts no new data; nothing was written. Raise maxmemory or remove old rooms.", e),
        "WRONGTYPE" => new ChatDataException(
            "One of the room's keys holds a different type of data; nothing was written. Another program may be using the same key prefix.", e),
        "CHATDATA" => new ChatDataException(
            "The room's keys hold data that the chat did not write; nothing was written. The inner exception has the details. Another program may be using the same key prefix.", e),
        "CHATDELETED" => Forbidden.RoomDeleted(e),
        "CHATFULL" => new ChatException("The room has used up all its message ids; nothing was written. Continue in another room.", e),
        "CHATLIMIT" => new ChatException("A limit of the room's data is reached; nothing was written. The inner exception has the script's message.", e),
        "CHATCONFLICT" => IdempotencyConflict.Error(e),
        "NOAUTH" or "WRONGPASS" => new ChatException($"Redis refused the login. {LoginAdvice(e)} Nothing was done.", e),
        "DENIED" => new ChatServerException(
            "Redis is in protected mode and only accepts connections from its own machine. Give its default user a password, or bind it to an address.", e),
        "CROSSSLOT" => new ChatServerException(
            $"The keys of a room are in different slots of the cluster; nothing was done. The {nameof(IRoomKeyScheme)} must put a hash tag into the root of a room.", e),
        _ when MissingRight.From(e) is { } right => new ChatException(Sentence(right), e),
        _ when IsUnknownCommand(e.Message) => new ChatServerException(
            $"The server does not have {UnknownName(e.Message)}, which the chat needs: it may be renamed, disabled or not offered by the service. Nothing was done. {Rights}", e),
        _ when e.Message.Contains("DB index", StringComparison.Ordinal) => new ChatServerException(
            "The server does not have the configured database (defaultDatabase). Choose a smaller number, or raise its setting `databases`. Nothing was done.", e),
        _ when e.Message.Contains("SELECT is not allowed in cluster mode", StringComparison.Ordinal) => new ChatServerException(
            $"A cluster has only database 0. Remove defaultDatabase, and set {nameof(RedisStoreOptions)}.{nameof(RedisStoreOptions.KeyPrefix)} to keep chats apart. Nothing was done.", e),
        _ => new ChatException("Redis refused the operation; the inner exception has the server's message.", e),
    };

    private static string Sentence(MissingRight right) => right switch
    {
        { Kind: MissingRightKind.Key } => "Redis does not allow this user to access a key of the chat: a key pattern (~) is missing",
        { Kind: MissingRightKind.Channel } => "Redis does not allow this user to access a channel of the chat: a channel pattern (&) is missing",
        { Command: { } command } => string.Create(CultureInfo.InvariantCulture, $"Redis does not allow this user to run {command.ToUpperInvariant()}: the right +{command} is missing"),
        _ => "Redis does not allow this user to run a command that a script needs; ACL LOG names it",
    }
    + $". Nothing was done. {Rights}";

    private static string CodeOf(string message)
    {
        // Garnet puts this before the error of a command in a script.
        const string InScript = "ERR Lua encountered an error: ";
        var text = message.StartsWith(InScript, StringComparison.Ordinal) ? message.AsSpan(InScript.Length) : message.AsSpan();
        var end = text.IndexOf(' ');
        return (end < 0 ? text : text[..end]).ToString();
    }

    private static bool IsUnknownCommand(string message) => UnknownCommand().IsMatch(message);

    private static string UnknownName(string message) =>
        UnknownCommand().Match(message).Groups["name"] is { Success: true } name ? $"the command {name.Value.ToUpperInvariant()}" : "a command that a script runs";

    [GeneratedRegex("unknown (redis |valkey |server )?(sub)?command( ['`](?<name>[a-z_.]{1,32})['`])?", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UnknownCommand();
}
