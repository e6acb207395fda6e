namespace RedisChat.AspNetCore;

/// <summary>
/// Writes a message part by part while a client streams it. The message is abandoned with what was stored if the client fails, disappears, is silent for too long, or may no longer write.
/// </summary>
internal sealed class ClientWriting(ChatWeb web, ChatCaller caller)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _watched = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether a revocation may have been missed, so that the application is to be asked.</summary>
    private volatile bool _isInDoubt;

    /// <summary>Writes a message to its end.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="parts">The message that is begun, then one part after the other, which have a text only; <see langword="null"/> for a sign of life.</param>
    /// <param name="aborted">The client has gone.</param>
    /// <exception cref="ChatProblemException">The client may not write, or not any longer.</exception>
    public async Task<Message> RunAsync(string room, IAsyncEnumerable<SendRequest?> parts, CancellationToken aborted)
    {
        using var entry = web.Writers.Add(caller.User);
        ChatProblem? end = null;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        using var silence = new CancellationTokenSource(web.Options.WritingTimeout, web.Time);
        await using var onSilence = silence.Token.Register(() => End(ChatProblem.TooSlow)).ConfigureAwait(false);
        var revocation = EndWhenRevokedAsync(End, over.Token);
        try
        {
            return await WriteAsync(room, parts, () => silence.CancelAfter(web.Options.WritingTimeout), over.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested && Volatile.Read(ref end) is { } problem)
        {
            throw new ChatProblemException(problem);
        }
        catch (ChatInputException e) when (e.ParamName == "delta")
        {
            throw new ChatProblemException(ChatProblem.Of(e)! with { Parameter = "text" });
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await revocation.ConfigureAwait(false);
        }

        void End(ChatProblem problem)
        {
            Interlocked.CompareExchange(ref end, problem, null);
            over.Cancel();
        }
    }

    private async Task<Message> WriteAsync(string room, IAsyncEnumerable<SendRequest?> parts, Action isAlive, CancellationToken over)
    {
        MessageWriter? writer = null;
        var rights = RoomRights.Send;
        var checkedAt = web.Time.GetTimestamp();
        try
        {
            await foreach (var part in parts.WithCancellation(over).ConfigureAwait(false))
            {
                isAlive();
                if (part is null)
                {
                    continue;
                }

                if (writer is null)
                {
                    (writer, rights) = await BeginAsync(room, part, over).ConfigureAwait(false);
                    continue;
                }

                // The rules of the room are checked with each part that is stored; the application is asked from time to time, as for streams.
                if (web.Time.GetElapsedTime(checkedAt) >= web.Options.AccessInterval || _isInDoubt)
                {
                    checkedAt = web.Time.GetTimestamp();
                    await CheckAccessAsync(room, rights, over).ConfigureAwait(false);
                }

                await AppendAsync(writer, part.Text, over).ConfigureAwait(false);
            }

            if (writer is null)
            {
                throw new ChatProblemException(ChatProblem.Invalid("The body is empty. A message needs a text.", "text"));
            }

            if (_isInDoubt)
            {
                await CheckAccessAsync(room, rights, over).ConfigureAwait(false);
            }

            return await writer.CompleteAsync(over).ConfigureAwait(false);
        }
        finally
        {
            if (writer is not null)
            {
                await writer.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task<(MessageWriter Writer, RoomRights Rights)> BeginAsync(string room, SendRequest request, CancellationToken over)
    {
        var mentions = MentionWords.Parse(request.Mentions);
        var rights = RoomRights.Send | MentionWords.Right(mentions);
        var message = new NewMessage(caller.User, request.Text ?? "")
        {
            Metadata = request.Metadata!,
            IdempotencyKey = request.IdempotencyKey,
            ReplyTo = request.ReplyTo,
            Mentions = mentions ?? default,
            ExpiresAfter = request.ToLife(),
            Attachments = AttachmentRequest.Parse(request.Attachments) ?? default,
        };
        var isWatched = _watched.Task.IsCompleted;
        var found = await caller.RoomAsync(room, rights, over).ConfigureAwait(false);
        if (!isWatched)
        {
            // A revocation before the wait has begun is not noticed: whoever was revoked by then has no access any more.
            await _watched.Task.WaitAsync(over).ConfigureAwait(false);
            await CheckAccessAsync(room, rights, over).ConfigureAwait(false);
        }

        return (await found.BeginAsync(message, cancellationToken: over).ConfigureAwait(false), rights);
    }

    private async Task CheckAccessAsync(string room, RoomRights rights, CancellationToken over)
    {
        _isInDoubt = false;
        _ = await caller.IsStillSameAsync(over).ConfigureAwait(false) ? await caller.RoomAsync(room, rights, over).ConfigureAwait(false)
            : throw new ChatProblemException(ChatProblem.Unauthenticated);
    }

    private static async ValueTask AppendAsync(MessageWriter writer, string text, CancellationToken over)
    {
        try
        {
            await writer.AppendAsync(text, over).ConfigureAwait(false);
        }
        catch (ChatUnavailableException)
        {
            // It reports that earlier parts could not be stored yet. They are tried again, so a short outage does not end the message.
            await writer.AppendAsync(text, over).ConfigureAwait(false);
        }
    }

    private async Task EndWhenRevokedAsync(Action<ChatProblem> end, CancellationToken over)
    {
        try
        {
            while (true)
            {
                try
                {
                    await caller.Chat.WaitForRevocationAsync(caller.User, Begun, over).ConfigureAwait(false);
                    end(ChatProblem.Revoked);
                    return;
                }
                catch (ChatUnavailableException)
                {
                    // A revocation may have been lost.
                }

                await Task.Delay(Pause, web.Time, over).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or NotSupportedException or ObjectDisposedException)
        {
            // The message has ended, or the store knows no revocation.
        }
        catch (ChatException e)
        {
            // Waiting does not help. The right to send is checked with each part anyway.
            WebLog.RevocationFailed(web.Logger, e);
            _isInDoubt = true;
        }
        finally
        {
            _watched.TrySetResult();
        }

        void Begun() => _isInDoubt = !_watched.TrySetResult();
    }
}
