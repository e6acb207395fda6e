using System.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reports changed rules to a reader that catches up: the current ones, once.</summary>
internal sealed class ChangedRules(KeyNames keys) : IChangedSubjects
{
    public bool Handles(char kind) => kind == MemberEffects.SettingsKind;

    public bool IsValid(in ChangeLogEntry entry) => entry.Subject.Length > 0;

    public bool Concerns(in ChangeLogEntry entry, RoomPosition after) => entry.Subject.SequenceEqual(MemberEffects.RulesSubject);

    public async Task<IReadOnlyList<RoomEvent>> ReadAsync(ChangedRoom room, IReadOnlyList<ChangeLogEntry> entries)
    {
        var asked = room.Reads.HashGetAsync(new RedisKeyOrValue[] { (RedisKey)keys.Room(room.Room), (RedisValue)RuleText.Field });
        await asked.ConfigureAwait(false);
        using var values = HashValues.Of(asked);
        var fields = values.Read();
        return fields.TryNext(out var text) && RuleText.TryRead(Encoding.UTF8.GetString(text), out var rules, out var revision)
            ? [new RoomEvent.RulesChanged(rules, IChangedSubjects.At(room, entries[^1])) { Revision = revision }]
            : throw RedisMembers.UnreadableRules(keys, room.Room);
    }
}
