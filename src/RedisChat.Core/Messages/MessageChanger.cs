namespace RedisChat;

/// <summary>Edits and deletes messages.</summary>
internal sealed class MessageChanger(IMessageStore store, OperationRunner runner, MessageFilters? filters)
{
    private static readonly ChatOperation Edit = new(ChatOperations.Edit, "The message could not be edited") { Writes = true };
    private static readonly ChatOperation Delete = new(ChatOperations.Delete, "The message could not be deleted") { Writes = true };

    public Task<Message?> EditAsync(
        string room, long id, Actor by, string text, IReadOnlyDictionary<string, string>? metadata, CancellationToken cancellationToken) =>
        filters is null || by.IsApplication
            ? ChangeAsync(room, id, by, text, metadata, cancellationToken)
            : FilterAndChangeAsync(filters, room, id, by, text, metadata, cancellationToken);

    private async Task<Message?> FilterAndChangeAsync(
        MessageFilters filters, string room, long id, Actor by, string text, IReadOnlyDictionary<string, string>? metadata, CancellationToken cancellationToken)
    {
        var edit = Checked(room, id, by, text, metadata);
        var accepted = await filters.FilterAsync(
            new FilteredMessage { Room = room, User = by.UserId!, Text = text, Metadata = edit.Metadata, EditedId = id }, ChatOperations.Edit, cancellationToken)
            .ConfigureAwait(false);
        return await ChangeAsync(room, id, by, accepted.Text, accepted.Metadata, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Message?> ChangeAsync(
        string room, long id, Actor by, string text, IReadOnlyDictionary<string, string>? metadata, CancellationToken cancellationToken)
    {
        var edit = Checked(room, id, by, text, metadata);

        // Safe to repeat: a second attempt finds the new text and changes nothing.
        var change = await runner.RunAsync(
            Edit, room, (Store: store, Room: room, Id: id, Edited: (Func<Message, MessageDecision>)Edited),
            static (call, token) => call.Store.ChangeAsync(call.Room, call.Id, call.Edited, token), cancellationToken).ConfigureAwait(false);
        return change.Message;

        MessageDecision Edited(Message message)
        {
            if (!by.IsApplication && message.User != by.UserId)
            {
                throw Forbidden.NotAuthor(message.Id, "Only its author may edit it.");
            }

            return message.Text == text && (edit.Metadata is null || Message.MetadataEquals(message.Metadata, edit.Metadata))
                ? MessageDecision.Keep
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
    private MessageDecision Checked(string room, long id, Actor by, string text, IReadOnlyDictionary<string, string>? metadata)
    {
        ChatInput.CheckRoom(room, store);
        ChatInput.CheckMessageId(id);
        RuleInput.CheckActor(by);
        ChatInput.CheckText(text, runner.Options);
        var edit = MessageDecision.Edit(text, metadata) with { By = by, Right = RoomRights.ChangeOwn };
        if (edit.Metadata is { } copy)
        {
            ChatInput.CheckMetadata(copy, runner.Options, nameof(metadata));
        }

        return edit;
    }
}
