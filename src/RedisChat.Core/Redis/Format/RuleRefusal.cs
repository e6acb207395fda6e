namespace RedisChat.Redis;

/// <summary>The refusals of <c>room_guard.lua</c>.</summary>
internal static class RuleRefusal
{
    /// <summary>The error for a refusal.</summary>
    /// <param name="reason">The script's word.</param>
    /// <param name="wait">How long to wait, in µs; 0 if that does not help.</param>
    /// <param name="right">The right that the action takes.</param>
    public static ChatForbiddenException Error(string reason, long wait, RoomRights right) =>
        Forbidden.Error(
            reason switch
            {
                "banned" => ForbiddenReason.Banned,
                "muted" => ForbiddenReason.Muted,
                "slow" => ForbiddenReason.SlowMode,
                "flood" => ForbiddenReason.FloodLimit,
                "archived" => ForbiddenReason.Archived,
                "outsider" => ForbiddenReason.NotMember,
                "right" => ForbiddenReason.NotPermitted,
                "mentioned" => ForbiddenReason.MentionedOutsider,
                "erasing" => ForbiddenReason.BeingErased,
                _ => ForbiddenReason.None,
            },
            wait == 0 ? null : TimeSpan.FromMicroseconds(wait),
            right);
}
