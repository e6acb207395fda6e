using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Reports pins to a reader that catches up: whether each of these messages is pinned now, once.</summary>
internal sealed class ChangedPins(KeyNames keys) : IChangedSubjects
{
    public bool Handles(char kind) => kind == PinKeys.Letter;

    public bool IsValid(in ChangeLogEntry entry) => entry.TryGetMessage(out _);

    // Pins of messages that are new to the reader are delivered with those messages.
    public bool Concerns(in ChangeLogEntry entry, RoomPosition after) => entry.TryGetMessage(out var id) && id <= after.MessageId;

    public async Task<IReadOnlyList<RoomEvent>> ReadAsync(ChangedRoom room, IReadOnlyList<ChangeLogEntry> entries)
    {
        var changed = entries.Where(entry => !room.IsDeleted(Id(entry))).ToList();
        var found = await ReadAsync(room, changed.ConvertAll(entry => Id(entry))).ConfigureAwait(false);
        return changed.ConvertAll(entry => PinKeys.Event(keys, room.Room, Id(entry), found.GetValueOrDefault(Id(entry)), IChangedSubjects.At(room, entry)));
    }

    public async ValueTask<Func<long, RoomPosition, RoomEvent?>?> ReadNewAsync(ChangedRoom room, IReadOnlyList<Message> messages)
    {
        if (!room.Uses.Contains(PinKeys.Letter, StringComparison.Ordinal))
        {
            return null;
        }

        var found = await ReadAsync(room, [.. messages.Select(message => message.Id)]).ConfigureAwait(false);
        return (id, position) => found.TryGetValue(id, out var pin) ? PinKeys.Event(keys, room.Room, id, pin, position) : null;
    }

    /// <summary>The stored pins of messages. Sends before it awaits.</summary>
    private async Task<Dictionary<long, byte[]>> ReadAsync(ChangedRoom room, List<long> ids)
    {
        var found = new Dictionary<long, byte[]>();
        if (ids.Count == 0)
        {
            return found;
        }

        RedisKeyOrValue[] words = [(RedisKey)keys.Pins(room.Room), .. ids.Select(id => (RedisKeyOrValue)PinKeys.Field(id))];
        var asked = room.Reads.HashGetAsync(words);
        await asked.ConfigureAwait(false);
        using var values = HashValues.Of(asked);
        var fields = values.Read();
        foreach (var id in ids)
        {
            if (fields.TryNext(out var pin))
            {
                found[id] = pin.ToArray();
            }
        }

        return found;
    }

    private static long Id(ChangeLogEntry entry) => entry.TryGetMessage(out var id) ? id : 0;
}
