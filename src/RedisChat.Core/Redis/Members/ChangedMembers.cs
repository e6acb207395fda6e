using System.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reports changed members to a reader that catches up: each in its current state, once.</summary>
internal sealed class ChangedMembers(KeyNames keys) : IChangedSubjects
{
    public bool Handles(char kind) => kind == MemberEffects.MemberKind;

    public bool IsValid(in ChangeLogEntry entry) => entry.Subject.Length > 0;

    public bool Concerns(in ChangeLogEntry entry, RoomPosition after) => true;

    public async Task<IReadOnlyList<RoomEvent>> ReadAsync(ChangedRoom room, IReadOnlyList<ChangeLogEntry> entries)
    {
        var users = entries.Select(entry => EscapedId.FromWord(entry.Subject.ToString())).ToList();
        var asked = room.Reads.HashGetAsync(
            (RedisKeyOrValue[])[(RedisKey)keys.Members(room.Room), .. users.Select(user => (RedisKeyOrValue)(RedisValue)user)]);
        await asked.ConfigureAwait(false);
        using var values = HashValues.Of(asked);
        var fields = values.Read();
        var events = new List<RoomEvent>(entries.Count);
        for (var i = 0; i < users.Count; i++)
        {
            var (member, revision) = (new RoomMember { User = users[i] }, entries[i].Revision);
            if (fields.TryNext(out var text) && !MemberText.TryRead(users[i], Encoding.UTF8.GetString(text), out member, out revision))
            {
                throw RedisMembers.UnreadableMember(keys, room.Room);
            }

            events.Add(new RoomEvent.MemberChanged(member, IChangedSubjects.At(room, entries[i])) { Revision = revision });
        }

        return events;
    }
}
