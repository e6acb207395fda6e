using System.Globalization;

namespace RedisChat;

/// <summary>The errors for what a user may not do, in one place.</summary>
internal static class Forbidden
{
    /// <summary>Creates the error.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="retryAfter">How long to wait, if that helps.</param>
    /// <param name="right">The right that the action takes, if it is known.</param>
    public static ChatForbiddenException Error(ForbiddenReason reason, TimeSpan? retryAfter = null, RoomRights right = RoomRights.None) =>
        new(Sentence(reason, right) + Wait(reason, retryAfter)) { Reason = reason, RetryAfter = retryAfter };

    public static ChatForbiddenException RoomDeleted(Exception inner) =>
        new(Sentence(ForbiddenReason.RoomDeleted, RoomRights.None), inner) { Reason = ForbiddenReason.RoomDeleted };

    public static ChatForbiddenException NotAuthor(long messageId, string rule) =>
        new($"Message {messageId} was written by someone else. {rule}") { Reason = ForbiddenReason.NotAuthor };

    /// <summary>The error that ends a watcher whose user was revoked.</summary>
    public static ChatForbiddenException Revoked(string? room)
    {
        var error = Error(ForbiddenReason.Revoked);
        error.Complete(room, ChatOperations.Watch);
        return error;
    }

    private static string Sentence(ForbiddenReason reason, RoomRights right) => reason switch
    {
        ForbiddenReason.NotMember when right == RoomRights.Join => "The room can be joined by invitation only.",
        ForbiddenReason.NotMember => $"The room allows this only to members{OfRight(right)}. Join the room first, or ask for an invitation.",
        ForbiddenReason.NotPermitted => $"The user's role in this room does not allow this{OfRight(right)}. An owner can give the user another role.",
        ForbiddenReason.Banned => "The user is banned from this room.",
        ForbiddenReason.Muted => "The user is muted in this room.",
        ForbiddenReason.SlowMode => "The room is in slow mode.",
        ForbiddenReason.FloodLimit => "The user has sent too many messages in a short time.",
        ForbiddenReason.Archived => "The room is archived: it is read-only.",
        ForbiddenReason.Outranked => "A member can only act on members of a lower role, and give roles up to their own.",
        ForbiddenReason.Revoked => "Everything that was watched for the user was ended, because the user logged out or lost access. Log in again to watch.",
        ForbiddenReason.RoomDeleted => "The room is being deleted.",
        ForbiddenReason.LastOwner => "The room would be left without an owner. Give another member the role of owner first.",
        ForbiddenReason.MentionedOutsider => "A user who is mentioned may not read this room. Leave out that mention, or invite the user first.",
        ForbiddenReason.BeingErased => "The user is being erased, so nothing is stored for this user until the erasure has ended. Log the user out, and lock the account.",
        _ => "The user may not do this.",
    };

    private static string OfRight(RoomRights right) => right == RoomRights.None ? "" : $" (right: {right})";

    private static string Wait(ForbiddenReason reason, TimeSpan? retryAfter) =>
        retryAfter is { } wait ? string.Create(CultureInfo.InvariantCulture, $" Try again in {wait.TotalSeconds:0.###} s.")
        : reason is ForbiddenReason.Banned or ForbiddenReason.Muted ? " It lasts until someone lifts it."
        : "";
}
