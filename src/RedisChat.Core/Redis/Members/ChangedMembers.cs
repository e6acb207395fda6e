using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reports changed members and rules to a reader that catches up: each in its current state, once.</summary>
internal sealed class ChangedMembers(KeyNames keys) : IChangedSubjects
{
    public bool Handles(char kind) => kind is RedisMembers.MemberKind or RedisMembers.SettingsKind;

    public bool IsValid(in ChangeLogEntry entry) => entry.Subject.Length > 0;

    public bool Concerns(in ChangeLogEntry entry, RoomPosition after) =>
        entry.Kind == RedisMembers.MemberKind || entry.Subject.SequenceEqual(RedisMembers.RulesSubject);

    public async Task<IReadOnlyList<RoomEvent>> ReadAsync(ChangedRoom room, IReadOnlyList<ChangeLogEntry> entries)
    {
        var members = entries.Where(entry => entry.Kind == RedisMembers.MemberKind).ToList();
        var users = members.ConvertAll(entry => EscapedId.FromWord(entry.Subject.ToString()));
        var asked = members.Count == 0 ? null : room.Reads.HashGetAsync(Words(keys.Members(room.Room), users));
        var askedRules = members.Count == entries.Count ? null : room.Reads.HashGetAsync(Words(keys.Room(room.Room), [RuleText.Field]));
        asked?.Observe();
        askedRules?.Observe();
        var events = new List<RoomEvent>(entries.Count);
        if (asked is not null)
        {
            await asked.ConfigureAwait(false);
            AddMembers(room, members, users, asked, events);
        }

        if (askedRules is not null)
        {
            await askedRules.ConfigureAwait(false);
            AddRules(room, entries.Last(entry => entry.Kind == RedisMembers.SettingsKind), askedRules, events);
        }

        return events;
    }

    private void AddMembers(ChangedRoom room, List<ChangeLogEntry> entries, List<string> users, Task answer, List<RoomEvent> events)
    {
        using var values = HashValues.Of(answer);
        var fields = values.Read();
        for (var i = 0; i < users.Count; i++)
        {
            var (member, revision) = (new RoomMember { User = users[i] }, entries[i].Revision);
            if (fields.TryNext(out var text) && !MemberText.TryRead(users[i], System.Text.Encoding.UTF8.GetString(text), out member, out revision))
            {
                throw RedisMembers.UnreadableMember(keys, room.Room);
            }

            events.Add(new RoomEvent.MemberChanged(member, IChangedSubjects.At(room, entries[i])) { Revision = revision });
        }
    }

    private void AddRules(ChangedRoom room, in ChangeLogEntry entry, Task answer, List<RoomEvent> events)
    {
        using var values = HashValues.Of(answer);
        var fields = values.Read();
        if (!fields.TryNext(out var text) || !RuleText.TryRead(System.Text.Encoding.UTF8.GetString(text), out var rules, out var revision))
        {
            throw RedisMembers.UnreadableRules(keys, room.Room);
        }

        events.Add(new RoomEvent.RulesChanged(rules, IChangedSubjects.At(room, entry)) { Revision = revision });
    }

    private static RedisKeyOrValue[] Words(string key, IReadOnlyList<string> fields) =>
        [(RedisKey)key, .. fields.Select(field => (RedisKeyOrValue)(RedisValue)field)];
}
