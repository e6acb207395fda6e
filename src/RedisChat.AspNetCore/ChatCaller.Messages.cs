namespace RedisChat.AspNetCore;

/// <content>What endpoints and hub do with messages, where it is more than a call of the library.</content>
internal sealed partial class ChatCaller
{
    /// <summary>Sends a message of the caller.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="request">The message.</param>
    /// <param name="refusal">Set if the caller makes too many requests: only a message that is stored already is not refused.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<MessageReceipt> SendAsync(string room, SendRequest request, ChatProblem? refusal, CancellationToken cancellationToken)
    {
        var mentions = MentionWords.Parse(request.Mentions);
        var found = await RoomAsync(room, RoomRights.Send | MentionWords.Right(mentions), cancellationToken).ConfigureAwait(false);
        var message = new NewMessage(user, request.Text)
        {
            Metadata = request.Metadata!,
            IdempotencyKey = request.IdempotencyKey,
            ReplyTo = request.ReplyTo,
            Mentions = mentions ?? default,
            ExpiresAfter = request.ToLife(),
            Attachments = AttachmentRequest.Parse(request.Attachments) ?? default,
        };

        // A client that lost the answer to a send repeats it until it has one: it would never learn that the message is stored.
        if (refusal is not null && (message.IdempotencyKey is null || await found.FindSentAsync(message, cancellationToken).ConfigureAwait(false) is null))
        {
            throw new ChatProblemException(refusal);
        }

        return await found.SendAsync(message, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Edits a message.</summary>
    /// <returns>The message as it is now; <see langword="null"/> if there is none.</returns>
    public async Task<Message?> EditAsync(string room, long messageId, EditRequest request, CancellationToken cancellationToken)
    {
        var edit = request.ToEdit();
        var found = await RoomAsync(room, RoomRights.ChangeOwn | MentionWords.Right(edit.Mentions), cancellationToken).ConfigureAwait(false);
        return await found.EditAsync(messageId, user, edit, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Schedules a message of the caller.</summary>
    public async Task<ScheduledMessage> ScheduleAsync(string room, ScheduleRequest request, CancellationToken cancellationToken)
    {
        var mentions = MentionWords.Parse(request.Mentions);
        var found = await RoomAsync(room, RoomRights.Send | MentionWords.Right(mentions), cancellationToken).ConfigureAwait(false);
        var message = new NewMessage(user, request.Text)
        {
            Metadata = request.Metadata!,
            IdempotencyKey = request.IdempotencyKey,
            ReplyTo = request.ReplyTo,
            Mentions = mentions ?? default,
            ExpiresAfter = SendRequest.ToLife(request.ExpiresAfter),
            Attachments = AttachmentRequest.Parse(request.Attachments) ?? default,
        };
        return await found.Schedule.AddAsync(
            message, request.SendAt ?? throw new ChatProblemException(ChatProblem.Invalid("sendAt is missing: when to send the message.", "sendAt")), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes a message.</summary>
    /// <returns>Whether it existed.</returns>
    public async Task<bool> DeleteAsync(string room, long messageId, string? reason, CancellationToken cancellationToken)
    {
        var found = await RoomToDeleteFromAsync(room, messageId, cancellationToken).ConfigureAwait(false);
        return await found.DeleteAsync(messageId, user, reason, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes many messages.</summary>
    public async Task<DeletionProgress> DeleteManyAsync(string room, DeletionRequest request, CancellationToken cancellationToken)
    {
        var messages = request.ToSelection();

        // Which of the rights each message takes depends on its author, which only a selection by author says beforehand.
        var rights = messages.User is not { } author ? RoomRights.ChangeOwn | RoomRights.DeleteAny
            : author == user ? RoomRights.ChangeOwn
            : RoomRights.DeleteAny;
        var allowed = await AllowedAsync(room, cancellationToken).ConfigureAwait(false);
        if ((allowed & rights) != rights)
        {
            throw new ChatProblemException(ChatProblem.NoAccess);
        }

        // The deletion checks the rights for what it finds. A user who may delete nothing must not learn whether there is something.
        var found = chat.Room(room);
        if ((await found.Members.GetRightsAsync(user, cancellationToken).ConfigureAwait(false) & rights) == 0)
        {
            throw await RefusalAsync(found, "The user may not delete these messages.", cancellationToken).ConfigureAwait(false);
        }

        return await found.DeleteManyAsync(messages, user, request.Reason, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists the earlier versions of a message. The room's own rules are checked by the library.</summary>
    public async Task<IReadOnlyList<MessageVersion>> ListVersionsAsync(string room, long messageId, CancellationToken cancellationToken)
    {
        var found = await RoomAsync(room, RoomRights.Read, cancellationToken).ConfigureAwait(false);
        var allowed = await AllowedAsync(room, cancellationToken).ConfigureAwait(false);
        return allowed.HasFlag(RoomRights.DeleteAny) || (await found.GetAsync(messageId, cancellationToken).ConfigureAwait(false))?.User == user
            ? await found.Versions.ListAsync(messageId, user, cancellationToken).ConfigureAwait(false)
            : throw new ChatProblemException(ChatProblem.NoAccess);
    }

    /// <summary>A room in which the application lets the user delete a message. The room's own rules are checked by the deletion itself.</summary>
    /// <exception cref="ChatProblemException">The application does not allow it.</exception>
    private async ValueTask<ChatRoom> RoomToDeleteFromAsync(string room, long messageId, CancellationToken cancellationToken)
    {
        const RoomRights Both = RoomRights.ChangeOwn | RoomRights.DeleteAny;
        var found = chat.Room(room);
        var allowed = await AllowedAsync(room, cancellationToken).ConfigureAwait(false) & Both;
        if (allowed is RoomRights.ChangeOwn or RoomRights.DeleteAny)
        {
            // Which of the rights it takes depends on the author, who never changes. The room's rules may give the other one.
            var author = (await found.GetAsync(messageId, cancellationToken).ConfigureAwait(false))?.User;
            allowed = author is null || (author == user) == (allowed == RoomRights.ChangeOwn) ? Both : RoomRights.None;
        }

        return allowed == Both ? found : throw new ChatProblemException(ChatProblem.NoAccess);
    }
}
