using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reports changed drafts to a reader of a user's scope that catches up: each as it is, once.</summary>
internal sealed class ChangedDrafts(KeyNames keys) : IChangedSubjects
{
    public bool Handles(char kind) => kind == RedisDrafts.Kind;

    public bool IsValid(in ChangeLogEntry entry) => entry.Subject.Length > 0;

    public bool Concerns(in ChangeLogEntry entry, RoomPosition after) => true;

    public async Task<IReadOnlyList<RoomEvent>> ReadAsync(ChangedRoom room, IReadOnlyList<ChangeLogEntry> entries)
    {
        if (!UserScope.TryGetUser(room.Room, out var user))
        {
            return [];
        }

        var hash = keys.Drafts(user);
        var rooms = entries.Select(entry => EscapedId.FromWord(entry.Subject.ToString())).ToList();
        var asked = room.Reads.HashGetAsync(new RedisKeyOrValue[] { (RedisKey)hash }.Concat(rooms.Select(name => (RedisKeyOrValue)(RedisValue)name)).ToArray());
        await asked.ConfigureAwait(false);
        using var values = HashValues.Of(asked);
        var fields = values.Read();
        var events = new List<RoomEvent>(entries.Count);
        for (var i = 0; i < entries.Count; i++)
        {
            RedisValue text = fields.TryNext(out var value) ? value.ToArray() : RedisValue.Null;
            events.Add(new RoomEvent.DraftChanged(new DraftChange(rooms[i], DraftJson.Read(hash, rooms[i], text)), IChangedSubjects.At(room, entries[i])));
        }

        return events;
    }
}
