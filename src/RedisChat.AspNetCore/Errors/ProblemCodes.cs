namespace RedisChat.AspNetCore;

/// <summary>The values of <c>code</c> in an error. They are stable: clients may depend on them.</summary>
public static class ProblemCodes
{
    /// <summary>400: the input is not valid; <c>detail</c> says what is allowed.</summary>
    public const string Invalid = "invalid";

    /// <summary>401: there is no user.</summary>
    public const string Unauthenticated = "unauthenticated";

    /// <summary>403: the user may not do this; <c>reason</c> says why.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>403: a page of another origin tried to change something.</summary>
    public const string CrossOrigin = "cross-origin";

    /// <summary>404: there is no such message, member or the like.</summary>
    public const string NotFound = "not-found";

    /// <summary>404: the event stream is not open on this node. Open a new one with all rooms.</summary>
    public const string StreamNotHere = "stream-not-here";

    /// <summary>409: the idempotency key was already used for a different message.</summary>
    public const string KeyConflict = "key-conflict";

    /// <summary>409: the message that is replied to, or whose thread it is, does not exist: it never did, or was deleted. Nothing was sent.</summary>
    public const string ParentNotFound = "parent-not-found";

    /// <summary>409: the message is being written and cannot be changed yet, or it can no longer be written.</summary>
    public const string Writing = "writing";

    /// <summary>413: the body is too large.</summary>
    public const string TooLarge = "too-large";

    /// <summary>415: the body is not JSON.</summary>
    public const string NotJson = "not-json";

    /// <summary>415: the body of a message that is written part by part is neither plain text nor lines of JSON.</summary>
    public const string NotText = "not-text";

    /// <summary>408: the client of a message that is written part by part sent nothing for <see cref="ChatWebOptions.WritingTimeout"/>. The message was abandoned.</summary>
    public const string TooSlow = "too-slow";

    /// <summary>429: too fast or too many; <c>reason</c> says of what.</summary>
    public const string TooMany = "too-many";

    /// <summary>500: an error that is not the client's fault. The host's log has it.</summary>
    public const string Internal = "internal";

    /// <summary>500: what is stored cannot be read. The host's log has it.</summary>
    public const string Data = "data";

    /// <summary>501: the store does not support this.</summary>
    public const string NotSupported = "not-supported";

    /// <summary>503: the store, or the archive of old messages, could not be reached. Nothing was changed.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>503: this node has too much to do. Nothing was changed.</summary>
    public const string Overloaded = "overloaded";

    /// <summary>504: the store did not answer in time, and it may have happened. Repeat the request; a send with the same key.</summary>
    public const string MayHaveHappened = "may-have-happened";

    /// <summary>504: the messages are stored (<c>receipts</c>), but the required durability was not confirmed in time.</summary>
    public const string NotConfirmed = "not-confirmed";

    /// <summary>507: the store has no room left.</summary>
    public const string Full = "full";

    /// <summary>The host shuts down: only at the end of a stream. Connect again.</summary>
    public const string Shutdown = "shutdown";

    /// <summary>The user's authentication has expired: only at the end of a stream. Connect again with a renewed one.</summary>
    public const string Expired = "expired";

    /// <summary>The only room of the stream has left it: only at the end of a stream.</summary>
    public const string RoomLeft = "room-left";

    /// <summary>The user was revoked, by <see cref="Chat.RevokeAsync"/>: at the end of a stream, or 401 for a message that is being written. Sign in again.</summary>
    public const string Revoked = "revoked";
}
