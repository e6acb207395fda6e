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
            RedisServerException e => ServerRefusals.Translate(e),

            // It knows of no primary, as in the middle of a fail-over.
            RedisCommandException e when e.Message.StartsWith("Command cannot be issued to a replica", StringComparison.Ordinal) =>
                Unavailable(e, mayHaveHappened: false),
            RedisCommandException e when e.Message.StartsWith("The database does not exist", StringComparison.Ordinal)
                || e.Message.StartsWith("Multiple databases are not supported", StringComparison.Ordinal) =>
                new ChatServerException(
                    "The server does not have the configured database (defaultDatabase): a cluster has only the database 0, other servers as many as their setting `databases` says. Nothing was done.", e),
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

    /// <summary>The error where the connection was refused. It repeats nothing of the client library's, which puts end points into its messages.</summary>
    /// <param name="e">The refusal.</param>
    /// <param name="hint">What else may be the matter.</param>
    public static ChatUnavailableException Refused(Exception e, string? hint = null) =>
        new(
            "The connection to Redis is refused: "
            + (e is AuthenticationException or CryptographicException ? e.Message : ServerRefusals.LoginAdvice(e))
            + " Check user, password and certificates; docs/operations.md has a section on TLS."
            + (hint is null ? "" : $" {hint}"),
            e);

    // Waiting commands are certainly not sent any more; anything else, "unknown" included, may have been applied.
    private static bool MayHaveHappened(CommandStatus status) =>
        status is not (CommandStatus.WaitingToBeSent or CommandStatus.WaitingInBacklog);

    private static ChatUnavailableException Unavailable(Exception? e, bool mayHaveHappened) =>
        new(
            mayHaveHappened
                ? "Redis did not answer in time."
                : "Redis is not available. Check that it runs and that the configured end points, user, password and certificates are right.",
            e)
        { MayHaveHappened = mayHaveHappened };
}
