namespace RedisChat;

/// <summary>Keeps the drafts of users in memory.</summary>
/// <param name="find">Finds a user's scope, if there is one.</param>
/// <param name="findOrAdd">Finds or creates a user's scope.</param>
internal sealed class InMemoryDraftStore(Func<string, InMemoryRoom?> find, Func<string, InMemoryRoom> findOrAdd) : IDraftStore
{
    public ValueTask<IReadOnlyList<Draft>> ReadDraftsAsync(string user, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(find(UserScope.Of(user))?.Drafts.Read() ?? []);
    }

    public async ValueTask<Draft?> ReadDraftAsync(string user, string room, CancellationToken cancellationToken = default) =>
        (await ReadDraftsAsync(user, cancellationToken).ConfigureAwait(false)).FirstOrDefault(draft => draft.Room == room);

    public ValueTask<Draft> SaveDraftAsync(string user, Draft draft, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(findOrAdd(UserScope.Of(user)).Drafts.Save(draft));
    }

    public ValueTask<bool> DiscardDraftAsync(string user, string room, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(find(UserScope.Of(user))?.Drafts.Discard(room) ?? false);
    }
}
