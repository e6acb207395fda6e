using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace RedisChat.AspNetCore;

/// <summary>An error as clients see it: problem+json (RFC 9457) with a stable code. It never has the text of an exception that was not written for users.</summary>
internal sealed record ChatProblem(int Status, string Code, string Title)
{
    /// <summary>What is allowed, or what to do.</summary>
    public string? Detail { get; init; }

    /// <summary>Why it is forbidden, or of what there is too much.</summary>
    public string? Reason { get; init; }

    /// <summary>The invalid part of the input.</summary>
    public string? Parameter { get; init; }

    /// <summary>Seconds to wait, if that helps.</summary>
    public double? RetryAfter { get; init; }

    /// <summary>Whether the host's log needs the exception. An archive that is missing in one process does not recover by itself, and nothing else reports it.</summary>
    [JsonIgnore]
    public bool IsLogged { get; init; } = Status == StatusCodes.Status500InternalServerError;

    /// <summary>What is stored although it was not confirmed.</summary>
    public IReadOnlyList<MessageReceipt>? Receipts { get; init; }

    public static ChatProblem Invalid(string detail, string? parameter = null) => new(400, ProblemCodes.Invalid, "The request is not valid.") { Detail = detail, Parameter = parameter };

    public static ChatProblem Unauthenticated { get; } = new(401, ProblemCodes.Unauthenticated, "Sign in first.");

    public static ChatProblem NoAccess { get; } = new(403, ProblemCodes.Forbidden, "The application does not allow this.") { Reason = "access" };

    /// <summary>A room cannot be created, because it exists without settings, and the user may not manage it.</summary>
    public static ChatProblem Taken { get; } = new(403, ProblemCodes.Forbidden, "A room of this id exists already, and only those who manage it can give it settings.") { Reason = "notPermitted" };

    public static ChatProblem CrossOrigin { get; } = new(403, ProblemCodes.CrossOrigin, "This page may not do that here.") { Detail = "Requests that change something must come from a page of this origin, or of an allowed one." };

    public static ChatProblem TooLarge { get; } = new(413, ProblemCodes.TooLarge, "The request's body is too large.");

    public static ChatProblem NotJson { get; } = new(415, ProblemCodes.NotJson, "The request's body must be JSON.") { Detail = "Send it as application/json, in UTF-8." };

    public static ChatProblem NotText { get; } = new(415, ProblemCodes.NotText, "The request's body must be text.") { Detail = "Send it as text/plain or application/x-ndjson, in UTF-8." };

    public static ChatProblem TooSlow { get; } = new(408, ProblemCodes.TooSlow, "Nothing came for too long. The message was abandoned.");

    public static ChatProblem Revoked { get; } = new(401, ProblemCodes.Revoked, "The user was signed out. The message was abandoned.");

    public static ChatProblem NotFound { get; } = new(404, ProblemCodes.NotFound, "It does not exist.");

    public static ChatProblem TooManyRequests(TimeSpan wait) => new(429, ProblemCodes.TooMany, "There are too many requests. Wait a moment.") { Reason = "rate", RetryAfter = wait.TotalSeconds };

    /// <summary>The problem for an exception; <see langword="null"/> if it is none that a chat throws, and therefore a bug.</summary>
    public static ChatProblem? Of(Exception e) => e switch
    {
        ChatProblemException refused => refused.Problem,
        ChatInputException invalid => Invalid(Sentence(invalid), ParameterName(invalid.ParamName)),
        ChatForbiddenException { Reason: ForbiddenReason.SlowMode or ForbiddenReason.FloodLimit } tooFast => new(429, ProblemCodes.TooMany, tooFast.Message)
        {
            Reason = ReasonName(tooFast.Reason),
            RetryAfter = tooFast.RetryAfter?.TotalSeconds,
        },
        ChatForbiddenException forbidden => new(403, ProblemCodes.Forbidden, forbidden.Message)
        {
            Reason = ReasonName(forbidden.Reason),
            RetryAfter = forbidden.RetryAfter?.TotalSeconds,
        },
        ChatIdempotencyConflictException => new(409, ProblemCodes.KeyConflict, "This idempotency key was already used for a different message. Use a new key for each message."),
        ChatParentNotFoundException => new(409, ProblemCodes.ParentNotFound, "The message that is replied to does not exist. It may have been deleted. Nothing was sent."),
        ChatWritingException => new(409, ProblemCodes.Writing, "The message is being written and cannot be changed yet, or it can no longer be written. Nothing was changed."),
        ChatOverloadedException => new(503, ProblemCodes.Overloaded, "The server has too much to do. Nothing was changed. Try again.") { RetryAfter = 1 },
        ChatUnavailableException { MayHaveHappened: true } =>
            new(504, ProblemCodes.MayHaveHappened, "The store did not answer in time, and the request may have taken effect. Repeat it; a send with the same idempotency key."),
        ChatUnavailableException or ChatTopologyException => new(503, ProblemCodes.Unavailable, "The store could not be reached. Nothing was changed. Try again.") { RetryAfter = 1 },
        ChatArchiveException => new(503, ProblemCodes.Unavailable, "Old messages could not be reached. Nothing was changed. Try again.") { RetryAfter = 1, IsLogged = true },
        ChatDurabilityException unconfirmed => new(504, ProblemCodes.NotConfirmed, "The message is stored, but its durability could not be confirmed in time.") { Receipts = unconfirmed.Receipts },
        ChatStoreFullException or ChatLimitException => new(507, ProblemCodes.Full, "There is no room left. Nothing was changed."),
        ChatDataException => new(500, ProblemCodes.Data, "What is stored could not be read. The server's log says more."),
        NotSupportedException => new(501, ProblemCodes.NotSupported, "This chat does not support it."),
        ChatException => new(500, ProblemCodes.Internal, "The request failed. The server's log says more."),
        _ => null,
    };

    /// <summary>The problem for a bug, or for the failure of the application's own code.</summary>
    public static ChatProblem Failure { get; } = new(500, ProblemCodes.Internal, "The request failed. The server's log says more.");

    // The base class appends the parameter's name, which the problem has in a property of its own.
    private static string Sentence(ChatInputException e)
    {
        var suffix = $" (Parameter '{e.ParamName}')";
        return e.ParamName is not null && e.Message.EndsWith(suffix, StringComparison.Ordinal) ? e.Message[..^suffix.Length] : e.Message;
    }

    // Inside of the library a text is "message.Text"; in JSON it is "text".
    private static string? ParameterName(string? name) => name is { Length: > 0 } ? Lower(name[(name.LastIndexOf('.') + 1)..]) : null;

    private static string ReasonName(ForbiddenReason reason) => Lower(reason.ToString());

    private static string Lower(string name) => name.Length == 0 ? name : char.ToLowerInvariant(name[0]) + name[1..];
}
