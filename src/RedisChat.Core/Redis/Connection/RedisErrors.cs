using System.Security.Authentication;
using System.Security.Cryptography;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Turns what the client library and the server say into the chat's errors.</summary>
internal static class RedisErrors
{
    /// <summary>The chat's error for one of Redis's; <see langword="null"/> for an exception that is not Redis's.</summary>
    public static ChatException? Translate(Exception error, bool writes = true) =>
        error switch
        {
            RedisTimeoutException e => Unavailable(e, writes && MayHaveHappened(e.Commandstatus)),
            RedisConnectionException e => Unavailable(
                e,
                writes
                && e.FailureType is not (ConnectionFailureType.UnableToConnect or ConnectionFailureType.UnableToResolvePhysicalConnection)
                && MayHaveHappened(e.CommandStatus)),
            RedisServerException e => FromServer(e),

            // It knows of no primary, as in the middle of a fail-over.
            RedisCommandException e when e.Message.StartsWith("Command cannot be issued to a replica", StringComparison.Ordinal) =>
                Unavailable(e, mayHaveHappened: false),
            RedisCommandException e => new ChatException(
                "The Redis connection is not allowed to run a command that the chat needs. See docs/operations.md for what it needs.", e),
            _ => null,
        };

    /// <summary>The error where nothing was sent that could change something.</summary>
    public static ChatUnavailableException NotSent(Exception? e) =>
        Unavailable(e, mayHaveHappened: false);

    /// <summary>The error where something was sent whose outcome is not known.</summary>
    public static ChatUnavailableException MayBeSent(Exception? e) =>
        Unavailable(e, mayHaveHappened: true);

    /// <summary>Why a connection was refused, by the server or for not being trusted; <see langword="null"/> if it failed for another reason.</summary>
    public static Exception? RefusedHandshake(Exception? failure)
    {
        Exception? refused = null;
        for (var e = failure; e is not null; e = e.InnerException)
        {
            // The innermost knows best.
            refused = e is AuthenticationException or CryptographicException or RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure }
                ? e
                : refused;
        }

        return refused;
    }

    /// <summary>The error where the connection was refused.</summary>
    public static ChatUnavailableException Refused(Exception e) =>
        new(
            $"The connection to Redis is refused: {e.Message} Check user, password and certificates; docs/operations.md has a section on TLS.", e);

    // Waiting commands are certainly not sent any more; anything else, "unknown" included, may have been applied.
    private static bool MayHaveHappened(CommandStatus status) =>
        status is not (CommandStatus.WaitingToBeSent or CommandStatus.WaitingInBacklog);

    /// <summary>Whether a script refused a further name in a tally: see <see cref="RoomChange.Tally"/>.</summary>
    public static bool IsFullTally(RedisServerException e) => CodeOf(e) is "CHATLIMIT";

    private static ReadOnlySpan<char> CodeOf(RedisServerException e)
    {
        // Garnet puts this before what a command in a script met.
        const string InScript = "ERR Lua encountered an error: ";
        var message = e.Message.AsSpan();
        message = message.StartsWith(InScript, StringComparison.Ordinal) ? message[InScript.Length..] : message;
        var end = message.IndexOf(' ');
        return end < 0 ? message : message[..end];
    }

    private static ChatException FromServer(RedisServerException e)
    {
        var code = CodeOf(e);
        return code switch
        {
            // All of these are refusals: the server did nothing. They pass.
            "LOADING" or "BUSY" or "READONLY" or "TRYAGAIN" or "CLUSTERDOWN" or "MASTERDOWN" or "NOSCRIPT" or "MOVED" or "ASK" or "NOREPLICAS" or "MISCONF"
                or "CHATGIVENUP" =>
                Refused(e, code.ToString()),

            // So the client library says MOVED and ASK, where it has followed one already.
            "Key" when e.Message.StartsWith("Key has MOVED", StringComparison.Ordinal) => Refused(e, "MOVED"),
            "OOM" => new ChatStoreFullException(
                "Redis has reached its maxmemory and takes no new data; nothing was written. Raise maxmemory or remove old rooms.", e),
            "WRONGTYPE" => new ChatDataException(
                "One of the room's keys holds another type of data; nothing was written. Another program may be using the same key prefix.", e),
            "CHATDATA" => new ChatDataException(
                "The room's keys hold what no chat has written, as the inner exception tells; nothing was written. Another program may be using the same key prefix.", e),
            "CHATFULL" => new ChatException("The room has given out all its message ids; nothing was written. Go on in another room.", e),
            "CHATLIMIT" => new ChatException("A limit of the room's data is reached; nothing was written. The inner exception has the script's words.", e),
            "CHATCONFLICT" => IdempotencyConflict.Error(e),
            "NOAUTH" or "WRONGPASS" => NotAllowed(e),
            _ when IsMissingRight(e) => NotAllowed(e),
            _ => new ChatException("Redis refused the operation; the inner exception has its words.", e),
        };
    }

    /// <summary>Whether the server refuses for want of a right.</summary>
    public static bool IsMissingRight(Exception e) =>
        e.Message.StartsWith("NOPERM", StringComparison.Ordinal)

        // From within a script, NOPERM has no code of its own: the first is of Redis 7.0, the second of Redis 7.2 and Valkey.
        || e.Message.Contains("The user executing the script can't", StringComparison.Ordinal)
        || e.Message.Contains("ACL failure in script", StringComparison.Ordinal);

    private static ChatException NotAllowed(RedisServerException e) =>
        new("Redis does not allow this to the configured user. See docs/operations.md for the rights that the chat needs.", e);

    private static ChatUnavailableException Refused(RedisServerException e, string code) =>
        new($"Redis refuses it at present ({code}); nothing was done. The inner exception has its words.", e);

    private static ChatUnavailableException Unavailable(Exception? e, bool mayHaveHappened) =>
        new(
            mayHaveHappened
                ? "Redis did not answer in time."
                : "Redis is not available. Check that it runs and that the configured end points, user, password and certificates are right.",
            e)
        { MayHaveHappened = mayHaveHappened };
}
