namespace RedisChat.Redis;

/// <summary>Finds messages in progress among what was read, and replaces them by their present state. Costs nothing if there are none.</summary>
internal static class Unfinished
{
    /// <summary>Whether there are none.</summary>
    public static bool AreNone(IReadOnlyList<Message> messages)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i].Writing == WritingState.InProgress)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether there are none on a page.</summary>
    public static bool AreNone(MessagePage page) =>
        AreNone(page.Messages) && (page.Parents.Count == 0 || page.Parents.Values.All(parent => parent.Message?.Writing != WritingState.InProgress));

    /// <summary>A page with the present state of its messages.</summary>
    public static async ValueTask<MessagePage> CompleteAsync(IUnfinishedMessages unfinished, string room, MessagePage page, CancellationToken cancellationToken)
    {
        var messages = page.Messages.Concat(page.Parents.Values.Select(parent => parent.Message).OfType<Message>());
        var now = await ReadAsync(unfinished, room, messages, cancellationToken).ConfigureAwait(false);
        var parents = page.Parents.ToDictionary(
            parent => parent.Key, parent => parent.Value.Message is { } message ? parent.Value with { Message = now.GetValueOrDefault(message.Id, message) } : parent.Value);
        return page with { Messages = [.. page.Messages.Select(message => now.GetValueOrDefault(message.Id, message))], Parents = parents };
    }

    /// <summary>Changes with the present state of their messages.</summary>
    public static async ValueTask<RoomChanges> CompleteAsync(IUnfinishedMessages unfinished, string room, RoomChanges changes, CancellationToken cancellationToken)
    {
        if (!changes.Events.Any(happened => happened is RoomEvent.Created { Message.Writing: WritingState.InProgress }))
        {
            return changes;
        }

        var messages = changes.Events.OfType<RoomEvent.Created>().Select(created => created.Message);
        var now = await ReadAsync(unfinished, room, messages, cancellationToken).ConfigureAwait(false);
        return changes with
        {
            Events =
            [
                .. changes.Events.Select(happened =>
                    happened is RoomEvent.Created created && now.TryGetValue(created.Message.Id, out var message) ? new RoomEvent.Created(message, created.Position) : happened),
            ],
        };
    }

    private static Task<IReadOnlyDictionary<long, Message>> ReadAsync(
        IUnfinishedMessages unfinished, string room, IEnumerable<Message> messages, CancellationToken cancellationToken) =>
        unfinished.ReadAsync(
            room, [.. messages.Where(message => message.Writing == WritingState.InProgress).DistinctBy(message => message.Id)], cancellationToken, isPage: true);
}
