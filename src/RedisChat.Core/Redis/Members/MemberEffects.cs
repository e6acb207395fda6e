using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>What a change of a member, or of the rules, writes and publishes.</summary>
internal static class MemberEffects
{
    /// <summary>The kind of a member's entries in the change log and of the events.</summary>
    public const char MemberKind = 'm';

    /// <summary>The kind of the entries and events of a room's settings.</summary>
    public const char SettingsKind = 's';

    /// <summary>The subject of a change of the rules.</summary>
    public const string RulesSubject = "rules";

    /// <summary>The field with the number of owners.</summary>
    public const string OwnersField = "owners";

    private const string MembersField = "members";

    /// <summary>Changes a member.</summary>
    /// <param name="change">The change.</param>
    /// <param name="keys">Names the keys.</param>
    /// <param name="room">The room.</param>
    /// <param name="before">The member as it is.</param>
    /// <param name="after">What to store: see <see cref="RoomMember.ToStore"/>.</param>
    /// <param name="by">The user who makes the change; <see langword="null"/> for the application.</param>
    /// <param name="reason">Why.</param>
    public static RoomChange Member(this RoomChange change, KeyNames keys, string room, RoomMember before, RoomMember after, string? by, string? reason)
    {
        change.Line(RedisValue.EmptyString, MemberText.Tail(after));
        if (after.IsNobody)
        {
            change.Delete(keys.Members(room), after.User);
        }
        else
        {
            change.Keep(keys.Members(room), after.User);
        }

        if (after.JoinedSince(before))
        {
            change.Seen(keys.Read(room), after.User);
        }
        else if (after.LeftSince(before))
        {
            change.Delete(keys.Read(room), after.User);
        }

        return change.Line(DeletionJson.Write(by, reason) ?? "{}")
            .Count(keys.Room(room), MembersField, after.IsMember, before.IsMember)
            .Count(keys.Room(room), OwnersField, after.Role == RoomRole.Owner, before.Role == RoomRole.Owner);
    }

    /// <summary>Changes the rules.</summary>
    public static RoomChange Rules(this RoomChange change, KeyNames keys, string room, RuleSet rules, string? by) =>
        change.Line(RedisValue.EmptyString, RuleText.Tail(rules)).Keep(keys.Room(room), RuleText.Field).Line(DeletionJson.Write(by, null) ?? "{}");

    /// <summary>Writes the rules of a room that has none, because it has members from now on.</summary>
    public static RoomChange FirstRules(this RoomChange change, KeyNames keys, string room) =>
        change.Set(keys.Room(room), RuleText.Field, $"0{RuleText.Tail(RuleSet.Open)}");

    private static RoomChange Count(this RoomChange change, string hash, string field, bool after, bool before) =>
        after == before ? change : change.Increment(hash, field, after ? 1 : -1);
}
