namespace RedisChat.AspNetCore;

/// <summary>
/// Writes a message part by part while a client streams it. The message is abandoned with what was stored if the client fails, disappears, is silent for too long, or may no longer write.
/// </summary>
internal sealed class ClientWriting(ChatWeb web, ChatCaller caller)
{
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
                    var mentions = MentionWords.Parse(part.Mentions);
                    rights |= MentionWords.Right(mentions);
                    writer = await BeginAsync(await caller.RoomAsync(room, rights, over).ConfigureAwait(false), part, mentions, over).ConfigureAwait(false);
                    continue;
                }

                if (web.Time.GetElapsedTime(checkedAt) >= web.Options.AccessInterval)
                {
                    // The rules of the room are checked with each part that is stored; the application is asked from time to time, as for streams.
                    checkedAt = web.Time.GetTimestamp();
                    _ = await caller.IsStillSameAsync(over).ConfigureAwait(false) ? await caller.RoomAsync(room, rights, over).ConfigureAwait(false)
                        : throw new ChatProblemException(ChatProblem.Unauthenticated);
                }

                await AppendAsync(writer, part.Text, over).ConfigureAwait(false);
            }

            return writer is null ? throw new ChatProblemException(ChatProblem.Invalid("The body is empty. A message needs a text.", "text"))
                : await writer.CompleteAsync(over).ConfigureAwait(false);
        }
        finally
        {
            if (writer is not null)
            {
                await writer.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private Task<MessageWriter> BeginAsync(ChatRoom room, SendRequest request, MentionList? mentions, CancellationToken over)
    {
        var message = new NewMessage(caller.User, request.Text ?? "")
        {
            Metadata = request.Metadata!,
            IdempotencyKey = request.IdempotencyKey,
            ReplyTo = request.ReplyTo,
            Mentions = mentions ?? default,
        };
        return room.BeginAsync(message, cancellationToken: over);
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
            await caller.Chat.WaitForRevocationAsync(caller.User, over).ConfigureAwait(false);
            end(ChatProblem.Revoked);
        }
        catch (Exception e) when (e is OperationCanceledException or NotSupportedException or ObjectDisposedException or ChatUnavailableException)
        {
            // The message has ended; or the store knows no revocation; or it is away, and the right to send is checked with the next part anyway.
        }
    }
}
