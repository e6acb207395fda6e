using System.Security.Authentication;
using System.Security.Cryptography;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Translates errors of the client library and the server into the chat's errors.</summary>
internal static class RedisErrors
{
    /// <summary>Translates a Redis exception into the chat's error; <see langword="null"/> for any other exception.</summary>
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

            // The client knows of no primary, as in the middle of a failover.
            RedisCommandException e when e.Message.StartsWith("Command cannot be issued to a replica", StringComparison.Ordinal) =>
                Unavailable(e, mayHaveHappened: false),
            RedisCommandException e when e.Message.StartsWith("The database does not exist", StringComparison.Ordinal)
                || e.Message.StartsWith("Multiple databases are not supported", StringComparison.Ordinal) =>
                new ChatServerException(
                    "The server does not have the configured database (defaultDatabase): a cluster has only database 0, other servers have as many as their setting `databases` says. Nothing was done.", e),
            RedisCommandException e => new ChatException(
                "The Redis connection is not allowed to run a command that the chat needs. See docs/operations.md for what it needs.", e),
            _ => null,
        };

    /// <summary>The error if no command was sent that could have changed anything.</summary>
    public static ChatUnavailableException NotSent(Exception? e) =>
        Unavailable(e, mayHaveHappened: false);

    /// <summary>The error if a command was sent and its outcome is unknown.</summary>
    public static ChatUnavailableException MayBeSent(Exception? e) =>
        Unavailable(e, mayHaveHappened: true);

    /// <summary>Why the server refused the connection or is not trusted; <see langword="null"/> if connecting failed for another reason.</summary>
    public static Exception? RefusedHandshake(Exception? failure)
    {
        Exception? refused = null;
        for (var e = failure; e is not null; e = e.InnerException)
        {
            // The innermost exception is the most specific.
            refused = e is AuthenticationException or CryptographicException or RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure }
                ? e
                : refused;
        }

        return refused;
    }

    /// <summary>The error for a refused connection. It repeats no message of the client library, because those contain end points.</summary>
    /// <param name="e">The refusal.</param>
    /// <param name="hint">Another possible cause.</param>
    public static ChatUnavailableException Refused(Exception e, string? hint = null) =>
        new(
            "Redis refused the connection: "
            + (e is AuthenticationException or CryptographicException ? e.Message : ServerRefusals.LoginAdvice(e))
            + " Check user, password and certificates; docs/operations.md has a section on TLS."
            + (hint is null ? "" : $" {hint}"),
            e);

    // Commands that were still waiting are certainly never sent; any others, "unknown" included, may have been applied.
    private static bool MayHaveHappened(CommandStatus status) =>
        status is not (CommandStatus.WaitingToBeSent or CommandStatus.WaitingInBacklog);

    private static ChatUnavailableException Unavailable(Exception? e, bool mayHaveHappened) =>
        new(
            mayHaveHappened
                ? "Redis did not answer in time."
                : "Redis is not available. Check that it is running and that the configured end points, user, password and certificates are right.",
            e)
        { MayHaveHappened = mayHaveHappened };
}
