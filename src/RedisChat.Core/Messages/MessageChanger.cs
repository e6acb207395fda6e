namespace RedisChat;

/// <summary>Edits and deletes messages.</summary>
internal sealed class MessageChanger(IMessageStore store, OperationRunner runner, MessageFilters? filters, ISentObserver? observer = null)
{
    private static readonly ChatOperation Edit = new(ChatOperations.Edit, "The message could not be edited") { Writes = true };
    private static readonly ChatOperation Delete = new(ChatOperations.Delete, "The message could not be deleted") { Writes = true };

    public async Task<Message?> EditAsync(string room, long id, Actor by, MessageEdit edit, CancellationToken cancellationToken)
    {
        var decision = Checked(room, id, by, edit);
        if (filters is not null && !by.IsApplication)
        {
            var accepted = await filters.FilterAsync(
                new FilteredMessage { Room = room, User = by.UserId!, Text = decision.Text!, Metadata = decision.Metadata, Mentions = decision.Mentions, Attachments = decision.Attachments, EditedId = id },
                ChatOperations.Edit, cancellationToken).ConfigureAwait(false);
            decision = Checked(room, id, by, edit with { Text = accepted.Text, Metadata = accepted.Metadata });
        }

        return await ChangeAsync(room, id, by, decision, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Message?> ChangeAsync(string room, long id, Actor by, MessageDecision edit, CancellationToken cancellationToken)
    {
        // Safe to repeat: a second attempt finds the new text and changes nothing.
        var change = await runner.RunAsync(
            Edit, room, (Store: store, Room: room, Id: id, Edited: (Func<Message, MessageDecision>)Edited),
            static (call, token) => call.Store.ChangeAsync(call.Room, call.Id, call.Edited, token), cancellationToken).ConfigureAwait(false);
        if (change is { Outcome: ChangeOutcome.Edited, Message: { } edited })
        {
            observer?.Sent(room, id, edited.Text);
        }

        return change.Message;

        MessageDecision Edited(Message message)
        {
            if (!by.IsApplication && message.User != by.UserId)
            {
                throw Forbidden.NotAuthor(message.Id, "Only its author may edit it.");
            }

            var mentions = edit.Mentions ?? message.Mentions;
            return message.Text == edit.Text && (edit.Metadata is null || Message.MetadataEquals(message.Metadata, edit.Metadata)) && message.Mentions == mentions
                && message.Attachments == (edit.Attachments ?? message.Attachments)
                ? MessageDecision.Keep
                : mentions.Contains(Mention.Everyone) && !message.Mentions.Contains(Mention.Everyone) ? edit with { Right = RoomRights.ChangeOwn | RoomRights.MentionEveryone }
                : edit;
        }
    }

    public async Task<bool> DeleteAsync(string room, long id, Actor by, string? reason, CancellationToken cancellationToken)
    {
        ChatInput.CheckRoom(room, store);
        ChatInput.CheckMessageId(id);
        RuleInput.CheckActor(by);
        ChatInput.CheckReason(reason);

        var answerLost = false;
        var change = await runner.RunAsync(
            Delete, room, (Func<CancellationToken, ValueTask<MessageChange>>)DeleteOnceAsync, static (attempt, token) => attempt(token), cancellationToken)
            .ConfigureAwait(false);

        await ThreadRemoval.RunAsync(store, runner, room, id, cancellationToken).ConfigureAwait(false);

        // If an attempt to delete the message got no answer and the next one does not find it, this call most probably deleted it.
        return change.Outcome == ChangeOutcome.Deleted || answerLost;

        async ValueTask<MessageChange> DeleteOnceAsync(CancellationToken token)
        {
            try
            {
                return await store.ChangeAsync(room, id, Deleted, token).ConfigureAwait(false);
            }
            catch (ChatUnavailableException e) when (e.MayHaveHappened)
            {
                answerLost = true;
                throw;
            }
        }

        MessageDecision Deleted(Message message)
        {
            var isOwn = by.IsApplication || message.User == by.UserId;
            return isOwn || store.GetAbility<IMemberStore>() is not null
                ? MessageDecision.Delete(by.UserId, reason) with { By = by, Right = isOwn ? RoomRights.ChangeOwn : RoomRights.DeleteAny }
                : throw Forbidden.NotAuthor(message.Id, "Only its author may delete it, or the application.");
        }
    }

    /// <summary>Checks the input of an edit, and copies its metadata.</summary>
    private MessageDecision Checked(string room, long id, Actor by, MessageEdit edit)
    {
        ChatInput.CheckRoom(room, store);
        ChatInput.CheckMessageId(id);
        RuleInput.CheckActor(by);
        MessageInput.CheckEdit(edit, runner.Options);
        var decision = MessageDecision.Edit(edit) with { By = by, Right = RoomRights.ChangeOwn, KeptVersions = runner.Options.KeptVersions };
        if (decision.Metadata is { } copy)
        {
            MessageInput.CheckMetadata(copy, runner.Options, "metadata");
        }

        if (decision.Mentions is { Count: > 0 })
        {
            store.RequireAbility<IMentionStore>("mentions");
        }

        if (decision.Attachments is { Count: > 0 })
        {
            store.RequireAbility<IAttachmentNoticeStore>("attachments");
        }

        return decision;
    }
}
