using System.Diagnostics.CodeAnalysis;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Turns what the client library and the server say into the chat's errors.</summary>
internal static class RedisErrors
{
    /// <summary>The chat's error for one of Redis's; <see langword="false"/> for an exception that is not Redis's.</summary>
    public static bool TryTranslate(
        Exception error, string room, string operation, [NotNullWhen(true)] out ChatException? translated, bool writes = true)
    {
        translated = error switch
        {
            RedisTimeoutException e => Unavailable(e, room, operation, writes && MayHaveHappened(e.Commandstatus)),
            RedisConnectionException e => Unavailable(e, room, operation,
                writes
                && e.FailureType is not (ConnectionFailureType.UnableToConnect or ConnectionFailureType.UnableToResolvePhysicalConnection)
                && MayHaveHappened(e.CommandStatus)),
            RedisServerException e => FromServer(e, room, operation),
            RedisCommandException e => new ChatException(
                "The Redis connection is not allowed to run a command that the chat needs. See docs/operations.md for what it needs.", e)
            { Room = room, Operation = operation },
            _ => null,
        };
        return translated is not null;
    }

    /// <summary>The error for a wait that was cancelled before anything was sent that could change something.</summary>
    public static ChatUnavailableException NotSent(OperationCanceledException e, string room, string operation) =>
        Unavailable(e, room, operation, mayHaveHappened: false);

    // Waiting commands are certainly not sent any more; anything else, "unknown" included, may have been applied.
    private static bool MayHaveHappened(CommandStatus status) =>
        status is not (CommandStatus.WaitingToBeSent or CommandStatus.WaitingInBacklog);

    private static ChatException FromServer(RedisServerException e, string room, string operation)
    {
        // Garnet puts this before what a command in a script met.
        const string InScript = "ERR Lua encountered an error: ";
        var message = e.Message.AsSpan();
        message = message.StartsWith(InScript, StringComparison.Ordinal) ? message[InScript.Length..] : message;
        var end = message.IndexOf(' ');
        var code = end < 0 ? message : message[..end];
        return code switch
        {
            // All of these are refusals: the server did nothing. They pass.
            "LOADING" or "BUSY" or "READONLY" or "TRYAGAIN" or "CLUSTERDOWN" or "MASTERDOWN" or "NOSCRIPT" or "MOVED" or "ASK" or "NOREPLICAS" or "MISCONF" =>
                Unavailable(e, room, operation, mayHaveHappened: false),
            "OOM" => new ChatStoreFullException(
                "Redis has reached its maxmemory and takes no new data; nothing was written. Raise maxmemory or remove old rooms.", e)
            { Room = room, Operation = operation },
            "WRONGTYPE" => new ChatDataException(
                "One of the room's keys holds another type of data; nothing was written. Another program may be using the same key prefix.", e)
            { Room = room, Operation = operation },
            "CHATDATA" => new ChatDataException(
                "The room's hash holds counters that are not numbers; nothing was written. Another program may be using the same key prefix.", e)
            { Room = room, Operation = operation },
            "CHATFULL" => new ChatException("The room has given out all its message ids; nothing was written. Go on in another room.", e)
            { Room = room, Operation = operation },
            "CHATCONFLICT" => IdempotencyConflict.Error(room, e),
            "NOAUTH" or "WRONGPASS" => NotAllowed(e, room, operation),
            _ when IsMissingRight(e) => NotAllowed(e, room, operation),
            _ => new ChatException("Redis refused the operation; the inner exception has its words.", e) { Room = room, Operation = operation },
        };
    }

    /// <summary>Whether the server refuses for want of a right.</summary>
    public static bool IsMissingRight(Exception e) =>
        e.Message.StartsWith("NOPERM", StringComparison.Ordinal)

        // From within a script, NOPERM has no code of its own (Redis 7.0).
        || e.Message.Contains("The user executing the script can't", StringComparison.Ordinal);

    private static ChatException NotAllowed(RedisServerException e, string room, string operation) =>
        new("Redis does not allow this to the configured user. See docs/operations.md for the rights that the chat needs.", e)
        {
            Room = room,
            Operation = operation,
        };

    private static ChatUnavailableException Unavailable(Exception e, string room, string operation, bool mayHaveHappened) =>
        new(
            mayHaveHappened
                ? "Redis did not answer in time."
                : "Redis is not available. Check that it runs and that the configured end points, user and password are right.",
            e)
        { Room = room, Operation = operation, MayHaveHappened = mayHaveHappened };
}
