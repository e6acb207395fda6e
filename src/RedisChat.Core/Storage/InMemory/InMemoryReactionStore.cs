using System.Globalization;

namespace RedisChat;

/// <summary>Keeps reactions in memory.</summary>
/// <param name="find">Finds a room, if there is one.</param>
internal sealed class InMemoryReactionStore(Func<string, InMemoryRoom?> find) : IReactionStore
{
    public ValueTask<IReadOnlyList<Reaction>?> ChangeReactionsAsync(
        string room, long messageId, string user, Func<IReadOnlyList<Reaction>, IReadOnlyList<Reaction>> change, int maxKinds,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(find(room)?.Reactions.Change(messageId, user, change, maxKinds));
    }

    public ValueTask<ReactionUsers> ReadReactionUsersAsync(
        string room, long messageId, string emoji, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var from = 0;
        if (cursor is not null && !int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out from))
        {
            throw new ChatInputException("This is not a cursor that was returned before.", nameof(cursor));
        }

        return new(find(room)?.Reactions.Users(messageId, emoji, from, limit) ?? new ReactionUsers { Users = [] });
    }
}
