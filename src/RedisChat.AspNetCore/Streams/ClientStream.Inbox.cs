namespace RedisChat.AspNetCore;

/// <content>The user's inbox.</content>
internal sealed partial class ClientStream
{
    // The rooms that the client shows: delivered, and not delivered as gone since.
    private readonly HashSet<string> _shown = [];
    private readonly Delivery _inbox;

    /// <summary>Starts to deliver the user's inbox, if that is not delivered yet.</summary>
    public void OpenInbox() => _inbox.Open(ended => DeliverAsync(DeliverInboxAsync, ended));

    /// <summary>Stops to deliver the inbox.</summary>
    public async ValueTask CloseInboxAsync()
    {
        if (await _inbox.CloseAsync().ConfigureAwait(false))
        {
            lock (_shown)
            {
                _shown.Clear();
            }
        }
    }

    private async Task DeliverInboxAsync(CancellationToken cancellationToken)
    {
        await foreach (var change in Caller.Chat.User(Caller.User).Inbox.WatchAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            var isShown = change.Now is not null && await Caller.MayReadAsync(change.Room, cancellationToken).ConfigureAwait(false);
            var wasShown = false;
            lock (_shown)
            {
                if (isShown)
                {
                    _shown.Add(change.Room);
                }
                else
                {
                    wasShown = _shown.Remove(change.Room);
                }
            }

            // A client that shows a room which the application now hides receives it as one that has left; any other receives nothing.
            if (isShown || wasShown)
            {
                await ShowAsync(isShown ? change : change with { Now = null }).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes the rooms out of the client's inbox that the application no longer lets the user read.</summary>
    private async ValueTask HideAsync()
    {
        string[] shown;
        lock (_shown)
        {
            shown = [.. _shown];
        }

        foreach (var room in shown)
        {
            if (!await Caller.MayReadAsync(room, _ended).ConfigureAwait(false))
            {
                lock (_shown)
                {
                    _shown.Remove(room);
                }

                await ShowAsync(new InboxChange(room, null)).ConfigureAwait(false);
            }
        }
    }

    private ValueTask ShowAsync(InboxChange change) => WriteAsync(static (sink, changed) => sink.WriteAsync(changed), change, flush: true);
}
