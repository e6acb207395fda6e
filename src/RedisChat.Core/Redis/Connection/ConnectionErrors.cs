using System.Diagnostics.CodeAnalysis;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Turns what a connection throws into the chat's errors, and has the connection checked if it may be at fault.</summary>
internal sealed class ConnectionErrors(RedisConnection connection)
{
    // Why the last attempt to connect was refused. The client library soon forgets that in the errors that follow from it.
    private volatile Exception? _refused;

    /// <summary>The connection broke, could not be made, or works again.</summary>
    public void Changed(ConnectionFailedEventArgs change) =>
        _refused = change.FailureType == ConnectionFailureType.None ? null : RedisErrors.RefusedHandshake(change.Exception) ?? _refused;

    /// <summary>The connection works again.</summary>
    public void Restored() => _refused = null;

    /// <summary>The chat's error for one of Redis's; <see langword="false"/> for an exception that is not Redis's.</summary>
    public bool TryTranslate(Exception error, [NotNullWhen(true)] out ChatException? translated, bool writes = true)
    {
        // A connection that is replaced is disposed while others may be about to use it.
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

    /// <summary>The error of a call that sent nothing because there was no connection. The connection is checked.</summary>
    public ChatUnavailableException NotSent(Exception error)
    {
        connection.Suspect();
        return Refusal(error) ?? RedisErrors.NotSent(error);
    }

    private ChatUnavailableException? Refusal(Exception error) =>
        (RedisErrors.RefusedHandshake(error) ?? _refused) is { } refused ? RedisErrors.Refused(refused, connection.Connector.Hint) : null;
}
