namespace RedisChat.AspNetCore;

/// <content>The user's drafts.</content>
internal sealed partial class ClientStream
{
    private readonly Delivery _drafts;

    /// <summary>Checks that the store has drafts, before anything is sent.</summary>
    /// <exception cref="NotSupportedException">It has none.</exception>
    public void CheckDrafts() => _ = Caller.Drafts.WatchAsync(_ended); // nothing is watched by this

    /// <summary>Starts to deliver the user's drafts, first each as it is, if they are not delivered yet.</summary>
    public void OpenDrafts() => _drafts.Open(ended => DeliverAsync(DeliverDraftsAsync, ended));

    /// <summary>Stops to deliver the drafts.</summary>
    public async ValueTask CloseDraftsAsync() => await _drafts.CloseAsync().ConfigureAwait(false);

    private async Task DeliverDraftsAsync(CancellationToken ended)
    {
        await foreach (var change in Caller.Drafts.WatchAsync(ended).ConfigureAwait(false))
        {
            await WriteAsync(static (sink, changed) => sink.WriteAsync(changed), change, flush: true).ConfigureAwait(false);
        }
    }
}
