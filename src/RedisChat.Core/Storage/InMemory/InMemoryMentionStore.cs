namespace RedisChat;

/// <summary>Finds mentions in memory.</summary>
/// <param name="find">Finds a room, if there is one.</param>
internal sealed class InMemoryMentionStore(Func<string, InMemoryRoom?> find) : IMentionStore
{
    public ValueTask<MentionPage> ReadMentionsAsync(string room, string user, long? before, int limit, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (find(room) is not { } found)
        {
            return new(new MentionPage { Messages = [] });
        }

        lock (found.Gate)
        {
            found.Ruling.Members.CheckRight(user, RoomRights.Read, speaks: false);
            var role = found.Ruling.Members.Read(user).Target.Role;
            var messages = found.Newest().Where(message => message.Id < (before ?? long.MaxValue) && message.Mentions.Mentions(message.User, user, role)).Take(limit + 1).ToList();
            return new(messages.Count > limit
                ? new MentionPage { Messages = messages[..limit], Before = messages[limit - 1].Id }
                : new MentionPage { Messages = messages });
        }
    }
}
