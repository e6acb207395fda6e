using System.Globalization;

namespace RedisChat;

/// <summary>The reactions to one room's messages. The room's lock must be held.</summary>
internal sealed class InMemoryReactions
{
    private readonly Dictionary<long, OfMessage> _byMessage = [];

    public bool IsEmpty => _byMessage.Count == 0;

    /// <summary>All reactions to a message, in order of first use.</summary>
    public IReadOnlyList<Reaction> Of(long messageId, string? reader = null) =>
        _byMessage.TryGetValue(messageId, out var reactions) ? reactions.Counts(reader) : [];

    /// <summary>A user's reactions to a message.</summary>
    public IReadOnlyList<Reaction> OfUser(long messageId, string user) =>
        _byMessage.TryGetValue(messageId, out var reactions) ? reactions.OfUser(user) : [];

    /// <summary>Replaces a user's reactions to a message.</summary>
    /// <exception cref="ChatLimitException">The message would have too many kinds.</exception>
    public void Set(long messageId, string user, IReadOnlyList<Reaction> own, int maxKinds)
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

    public void Remove(long messageId) => _byMessage.Remove(messageId);

    public ReactionUsers Who(long messageId, string emoji, string? cursor, int limit)
    {
        var from = 0;
        if (cursor is not null && !int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out from))
        {
            throw new ChatInputException("The cursor is not one that was returned before.", nameof(cursor));
        }

        var users = _byMessage.TryGetValue(messageId, out var reactions) ? reactions.Users(emoji) : [];
        return new ReactionUsers
        {
            Users = [.. users.Skip(from).Take(limit)],
            Cursor = from + limit < users.Count ? (from + limit).ToString(CultureInfo.InvariantCulture) : null,
        };
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
