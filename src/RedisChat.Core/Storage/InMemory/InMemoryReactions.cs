using System.Globalization;

namespace RedisChat;

/// <summary>The reactions to one room's messages.</summary>
internal sealed class InMemoryReactions(InMemoryRoom room) : IInMemoryFeature
{
    private readonly Dictionary<long, OfMessage> _byMessage = [];

    /// <summary>Changes a user's reactions to a message: see <see cref="IReactionStore.ChangeReactionsAsync"/>.</summary>
    public IReadOnlyList<Reaction>? Change(long messageId, string user, Func<IReadOnlyList<Reaction>, IReadOnlyList<Reaction>> change, int maxKinds)
    {
        lock (room.Gate)
        {
            if (room.At(messageId) is null)
            {
                return null;
            }

            room.Ruling.Members.CheckRight(user, RoomRights.React, speaks: true);
            var own = _byMessage.TryGetValue(messageId, out var reactions) ? reactions.OfUser(user) : [];
            var wanted = change(own);
            if (!ReferenceEquals(wanted, own))
            {
                Set(messageId, user, wanted, maxKinds);
                room.Changed(this, messageId, position => new RoomEvent.Reacted(messageId, Of(messageId), user, position) { Revision = position.Revision });
            }

            return Of(messageId);
        }
    }

    /// <summary>The messages that a user has reacted to, with the reactions. For callers that hold the lock.</summary>
    public IReadOnlyList<(long MessageId, IReadOnlyList<Reaction> Reactions)> Of(string user) =>
        [.. _byMessage.Select(message => (message.Key, message.Value.OfUser(user))).Where(message => message.Item2.Count > 0).OrderBy(message => message.Key)];

    /// <summary>Removes the reactions of a user to a message. For callers that hold the lock.</summary>
    public void Erase(long messageId, string user)
    {
        Set(messageId, user, [], int.MaxValue);
        room.Changed(this, messageId, position => new RoomEvent.Reacted(messageId, Of(messageId), user, position) { Revision = position.Revision });
    }

    /// <summary>Lists users: see <see cref="IReactionStore.ReadReactionUsersAsync"/>.</summary>
    public ReactionUsers Users(long messageId, string emoji, int from, int limit)
    {
        lock (room.Gate)
        {
            var users = _byMessage.TryGetValue(messageId, out var reactions) ? reactions.Users(emoji) : [];
            return new ReactionUsers
            {
                Users = [.. users.Skip(from).Take(limit)],
                Cursor = from + limit < users.Count ? (from + limit).ToString(CultureInfo.InvariantCulture) : null,
            };
        }
    }

    MessagePage IInMemoryFeature.AddTo(MessagePage page, string? reader) => _byMessage.Count == 0 ? page : page with
    {
        Reactions = page.Messages.Where(message => _byMessage.ContainsKey(message.Id)).ToDictionary(message => message.Id, message => Of(message.Id, reader)),
    };

    RoomEvent IInMemoryFeature.StateOf(InMemorySubject subject, RoomPosition position, long revision) =>
        new RoomEvent.Reacted(subject.MessageId, Of(subject.MessageId), user: null, position) { Revision = revision };

    RoomEvent? IInMemoryFeature.StateOfNew(long messageId, RoomPosition position) =>
        _byMessage.ContainsKey(messageId) ? new RoomEvent.Reacted(messageId, Of(messageId), user: null, position) { Revision = position.Revision } : null;

    void IInMemoryFeature.Remove(long messageId) => _byMessage.Remove(messageId);

    /// <summary>All reactions to a message, by first use.</summary>
    private IReadOnlyList<Reaction> Of(long messageId, string? reader = null) =>
        _byMessage.TryGetValue(messageId, out var reactions) ? reactions.Counts(reader) : [];

    private void Set(long messageId, string user, IReadOnlyList<Reaction> own, int maxKinds)
    {
        if (!_byMessage.TryGetValue(messageId, out var reactions))
        {
            reactions = new OfMessage();
        }

        if (reactions.KindsWith(user, own) > maxKinds)
        {
            throw ReactionLimit.Error(maxKinds);
        }

        reactions.Set(user, own);
        if (reactions.IsEmpty)
        {
            _byMessage.Remove(messageId);
        }
        else
        {
            _byMessage[messageId] = reactions;
        }
    }

    private sealed class OfMessage
    {
        // In order of first use.
        private readonly List<(string Emoji, SortedDictionary<string, long> Users)> _kinds = [];

        public bool IsEmpty => _kinds.Count == 0;

        public IReadOnlyList<Reaction> Counts(string? reader) =>
            [.. _kinds.Select(kind => new Reaction(kind.Emoji, kind.Users.Values.Sum(), reader is null ? 0 : kind.Users.GetValueOrDefault(reader)))];

        public IReadOnlyList<Reaction> OfUser(string user) =>
            [.. _kinds.Where(kind => kind.Users.ContainsKey(user)).Select(kind => new Reaction(kind.Emoji, kind.Users[user]))];

        public List<string> Users(string emoji) => _kinds.Find(kind => kind.Emoji == emoji).Users is { } users ? [.. users.Keys] : [];

        public int KindsWith(string user, IReadOnlyList<Reaction> own) =>
            _kinds.Where(kind => kind.Users.Keys.Any(other => other != user)).Select(kind => kind.Emoji)
                .Union(own.Select(reaction => reaction.Emoji), StringComparer.Ordinal).Count();

        public void Set(string user, IReadOnlyList<Reaction> own)
        {
            foreach (var (_, users) in _kinds)
            {
                users.Remove(user);
            }

            foreach (var reaction in own)
            {
                var users = _kinds.Find(kind => kind.Emoji == reaction.Emoji).Users;
                if (users is null)
                {
                    users = new SortedDictionary<string, long>(StringComparer.Ordinal);
                    _kinds.Add((reaction.Emoji, users));
                }

                users[user] = reaction.Count;
            }

            _kinds.RemoveAll(kind => kind.Users.Count == 0);
        }
    }
}
