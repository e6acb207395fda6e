namespace RedisChat;

/// <summary>Asks an <see cref="ILinkPreviewer"/> for the previews of messages that were sent or edited, in the background, and writes them.</summary>
/// <remarks>Nothing runs while nothing waits, so there is nothing to dispose.</remarks>
internal sealed class LinkPreviewQueue(ILinkPreviewer previewer, IMessageStore store, OperationRunner runner) : ISentObserver
{
    private readonly Queue<(string Room, long Id, string Text)> _waiting = new();
    private int _running;

    private LinkPreviewOptions Options => runner.Options.Previews;

    public void Sent(string room, long id, string text)
    {
        if (LinkFinder.Find(text, most: 1).Count == 0)
        {
            return;
        }

        lock (_waiting)
        {
            if (_waiting.Count >= Options.MaxPending)
            {
                ChatLog.PreviewFailed(runner.Logger, $"{Options.MaxPending} messages wait for theirs already.");
                return;
            }

            _waiting.Enqueue((room, id, text));
            if (_running >= Options.MaxConcurrent)
            {
                return;
            }

            _running++;
        }

        _ = Background.Run(RunAsync);
    }

    private async Task RunAsync()
    {
        while (true)
        {
            (string Room, long Id, string Text) next;
            lock (_waiting)
            {
                if (!_waiting.TryDequeue(out next))
                {
                    _running--;
                    return;
                }
            }

            await PreviewAsync(next.Room, next.Id, next.Text).ConfigureAwait(false);
        }
    }

    private async Task PreviewAsync(string room, long id, string text)
    {
        try
        {
            var made = new List<LinkPreview>();
            foreach (var link in LinkFinder.Find(text))
            {
                if (await TryAskAsync(room, link).ConfigureAwait(false) is { } preview)
                {
                    made.Add(preview);
                }
            }

            if (made.Count > 0)
            {
                // Another edit's previews may have been written meanwhile: those of links that this text does not have stay.
                await new RoomPreviews(room, store, runner).ChangeAsync(
                    id,
                    message => [.. LinkFinder.Find(message.Text).Select(link => made.Find(preview => preview.Address == link) ?? message.Previews.FirstOrDefault(preview => preview.Address == link)).OfType<LinkPreview>()],
                    CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is ChatException or NotSupportedException)
        {
            ChatLog.PreviewFailed(runner.Logger, "They could not be written.");
            ChatLog.PreviewError(runner.Logger, e);
        }
    }

    private async ValueTask<LinkPreview?> TryAskAsync(string room, string link)
    {
        using var deadline = new Deadline(Options.Timeout, runner.Time, CancellationToken.None);
        try
        {
            var preview = await runner.RunOnceAsync(
                ChatOperations.Preview, room, (Previewer: previewer, Link: new Uri(link)),
                static (call, token) => new ValueTask<LinkPreview?>(call.Previewer.PreviewAsync(call.Link, token).AsTask().WaitAsync(token)), deadline.Token).ConfigureAwait(false);
            preview = preview is null ? null : preview with { Address = link };
            if (preview is not null)
            {
                PreviewInput.Check(preview, "preview");
            }

            return preview;
        }
        catch (Exception e)
        {
            // Its message may have the link, which is a user's text.
            var isLate = deadline.Token.IsCancellationRequested;
            ChatLog.PreviewFailed(runner.Logger, $"{previewer.GetType().Name} failed with {(isLate ? nameof(TimeoutException) : e.GetType().Name)}.");
            ChatLog.PreviewError(runner.Logger, e);
            return null;
        }
    }
}
