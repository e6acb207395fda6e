using System.Globalization;

namespace RedisChat.Tool;

/// <summary>How commands print messages, events and times.</summary>
internal static class Texts
{
    /// <summary>A time in UTC, because servers and their operators may be in different time zones.</summary>
    public static string Of(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A number with its noun: <c>1 message</c>, <c>2,000 messages</c>.</summary>
    public static string Count(long count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {noun}{(count == 1 ? "" : "s")}");

    /// <summary>A message: <c>#7 2026-01-31 14:05:00Z alice to #3: hello</c>.</summary>
    public static string Of(Message message)
    {
        var reply = message.ReplyTo is { } parent ? string.Create(CultureInfo.InvariantCulture, $" to #{parent}") : "";
        var files = message.Attachments.Count > 0 ? $" [{Count(message.Attachments.Count, "attachment")}]" : "";
        var state = message.Writing switch { WritingState.InProgress => " (being written)", WritingState.Abandoned => " (abandoned)", _ => "" };
        return string.Create(
            CultureInfo.InvariantCulture, $"#{message.Id} {Of(message.Timestamp)} {message.User}{reply}: {message.Text}{files}{(message.Version > 1 ? " (edited)" : "")}{state}");
    }

    /// <summary>An event in one line; <see langword="null"/> for one that says nothing to a person.</summary>
    public static string? Of(RoomEvent happened) => happened switch
    {
        RoomEvent.Created { Message: var message } => Of(message),
        RoomEvent.Edited { Message: var message } => $"edited: {Of(message)}",
        RoomEvent.WritingEnded { Message: var message } => $"written: {Of(message)}",
        RoomEvent.Deleted deleted => $"deleted: #{Id(deleted.MessageId)}{By(deleted.User)}{Because(deleted.Reason)}",
        RoomEvent.DeletedMany many => $"deleted: {Count(many.MessageIds.Count, "message")}, from #{Id(many.MessageIds[0])} to #{Id(many.MessageIds[^1])}{By(many.User)}",
        RoomEvent.Trimmed { Below: var below } => $"trimmed: all messages before #{Id(below)}",
        RoomEvent.Reacted reacted => $"reactions: #{Id(reacted.MessageId)} {string.Join("  ", reacted.Reactions.Select(reaction => $"{reaction.Emoji} {Id(reaction.Count)}"))}",
        RoomEvent.ThreadChanged changed => $"thread: #{Id(changed.MessageId)} has {(changed.Thread.Count == 1 ? "1 reply" : $"{Id(changed.Thread.Count)} replies")}",
        RoomEvent.Pinned pinned => $"pinned: #{Id(pinned.MessageId)}{By(pinned.By)}",
        RoomEvent.Unpinned unpinned => $"unpinned: #{Id(unpinned.MessageId)}{By(unpinned.By)}",
        RoomEvent.PreviewsChanged previews => $"previews: #{Id(previews.MessageId)}",
        RoomEvent.MemberChanged changed => $"member: {Of(changed.Member)}{By(changed.By)}{Because(changed.Reason)}",
        RoomEvent.RulesChanged changed => $"rules: {Of(changed.Rules)}{By(changed.By)}",
        RoomEvent.AboutChanged changed => $"settings: {changed.About.Name}{(changed.About.Topic.Length > 0 ? $": {changed.About.Topic}" : "")}{By(changed.By)}",
        RoomEvent.RoomDeleted deleted => $"the room was deleted{By(deleted.By)}",
        RoomEvent.Gap => "GAP: a part of the history was lost or missed here. What follows is complete again; 'redischat show' prints the room as it is now.",
        RoomEvent.Entered entered => $"entered: {entered.User}",
        RoomEvent.Left left => $"left: {left.User}",
        RoomEvent.PresenceChanged presence => $"present: {Id(presence.Count)}",
        RoomEvent.Typing typing => $"typing: {typing.User}",
        RoomEvent.PartWritten part => $"part: #{Id(part.MessageId)} {part.Text}",
        RoomEvent.ReadMarkerMoved moved => $"read: {moved.User} up to #{Id(moved.MessageId)}",
        RoomEvent.CaughtUp or RoomEvent.Heartbeat => null,
        _ => happened.GetType().Name,
    };

    /// <summary>A member: <c>alice is moderator, muted</c>.</summary>
    public static string Of(RoomMember member)
    {
        string[] states = [member.Role ?? "no member", .. member.Ban is null ? [] : new[] { "banned" }, .. member.Mute is null ? [] : new[] { "muted" }, .. member.Invitation is null ? [] : new[] { "invited" }];
        return $"{member.User} is {string.Join(", ", states)}";
    }

    /// <summary>The rules of a room in one line.</summary>
    public static string Of(RuleSet rules)
    {
        string[] parts =
        [
            $"everyone may {rules.Everyone}",
            .. rules.SlowMode > TimeSpan.Zero ? [$"slow mode {DurationText.Format(rules.SlowMode)}"] : Array.Empty<string>(),
            .. rules.Flood is null ? Array.Empty<string>() : ["a flood limit"],
            .. rules.IsArchived ? ["archived"] : Array.Empty<string>(),
        ];
        return string.Join("; ", parts);
    }

    private static string Id(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string By(string? user) => user is null ? "" : $" by {user}";

    private static string Because(string? reason) => reason is null ? "" : $" ({reason})";
}
