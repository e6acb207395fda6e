using System.Diagnostics.CodeAnalysis;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Translates a connection's exceptions into the chat's errors, and has the connection checked if it may be at fault.</summary>
internal sealed class ConnectionErrors(RedisConnection connection)
{
    // Why the last attempt to connect was refused. The client library soon drops that reason from the errors that follow.
    private volatile Exception? _refused;

    /// <summary>Records that the connection broke, could not be established, or works again.</summary>
    public void Changed(ConnectionFailedEventArgs change) =>
        _refused = change.FailureType == ConnectionFailureType.None ? null : RedisErrors.RefusedHandshake(change.Exception) ?? _refused;

    /// <summary>Records that the connection works again.</summary>
    public void Restored() => _refused = null;

    /// <summary>Translates a Redis exception into the chat's error; <see langword="false"/> for any other exception.</summary>
    public bool TryTranslate(Exception error, [NotNullWhen(true)] out ChatException? translated, bool writes = true)
    {
        // A replaced connection is disposed while other calls may be about to use it.
        translated = error is ObjectDisposedException && !connection.IsDisposed
            ? RedisErrors.NotSent(error)
            : RedisErrors.Translate(error, writes);
        if (translated is ChatUnavailableException { MayHaveHappened: false } && error is not RedisServerException && Refusal(error) is { } refusal)
        {
            translated = refusal;
        }

        if (translated is ChatUnavailableException || error is OperationCanceledException)
        {
            connection.Suspect();
        }

        return translated is not null;
    }

    /// <summary>The error for a call that sent nothing because there was no connection. Also has the connection checked.</summary>
    public ChatUnavailableException NotSent(Exception error)
    {
        connection.Suspect();
        return Refusal(error) ?? RedisErrors.NotSent(error);
    }

    private ChatUnavailableException? Refusal(Exception error) =>
        (RedisErrors.RefusedHandshake(error) ?? _refused) is { } refused ? RedisErrors.Refused(refused, connection.Connector.Hint) : null;
}
