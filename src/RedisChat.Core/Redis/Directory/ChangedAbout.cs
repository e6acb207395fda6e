using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reports changed settings to a reader that catches up: the current ones, once.</summary>
internal sealed class ChangedAbout(KeyNames keys) : IChangedSubjects
{
    public bool Handles(char kind) => kind == MemberEffects.SettingsKind;

    public bool Handles(in ChangeLogEntry entry) => Handles(entry.Kind) && entry.Subject.SequenceEqual(RedisDirectory.AboutSubject);

    public bool IsValid(in ChangeLogEntry entry) => true;

    public bool Concerns(in ChangeLogEntry entry, RoomPosition after) => true;

    public async Task<IReadOnlyList<RoomEvent>> ReadAsync(ChangedRoom room, IReadOnlyList<ChangeLogEntry> entries)
    {
        var asked = room.Reads.HashGetAsync(new RedisKeyOrValue[] { (RedisKey)keys.Room(room.Room), (RedisValue)AboutJson.Field });
        await asked.ConfigureAwait(false);
        using var values = HashValues.Of(asked);
        var fields = values.Read();
        return fields.TryNext(out var text) && AboutJson.TryRead(text.ToArray(), out var about, out var revision)
            ? [new RoomEvent.AboutChanged(about, IChangedSubjects.At(room, entries[^1])) { Revision = revision }]
            : throw AboutJson.Unreadable(keys, room.Room);
    }
}
