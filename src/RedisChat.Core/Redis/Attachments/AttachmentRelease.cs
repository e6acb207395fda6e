namespace RedisChat.Redis;

/// <summary>Keeps a notice of the attachments that go, in the step that deletes or edits their message.</summary>
internal sealed class AttachmentRelease(RedisStoreContext context) : IDeletionEffect, IEditEffect, IUpkeepCause
{
    public bool Calls(Message message, MessageDecision decision) => message.Attachments.Count > 0 && decision.Outcome switch
    {
        ChangeOutcome.Deleted => true,
        ChangeOutcome.Edited => Removed(message, decision).Count > 0,
        _ => false,
    };

    public void AddTo(RoomChange deletion, string room, Message message)
    {
        if (message.Attachments.Count > 0)
        {
            Put(deletion, room, message, message.Attachments, ReleaseReason.Deleted);
        }
    }

    public void AddTo(RoomChange deletion, string room, IReadOnlyList<Message> messages)
    {
        foreach (var message in messages)
        {
            AddTo(deletion, room, message);
        }
    }

    public void AddTo(RoomChange edit, string room, Message replaced, ReadOnlySpan<byte> value, MessageDecision decision)
    {
        if (Removed(replaced, decision) is { Count: > 0 } removed)
        {
            Put(edit, room, replaced, removed, ReleaseReason.Edited);
        }

        if (decision.Attachments is { Count: > 0 } && context.KeepsAttachmentNotices)
        {
            edit.Mark(AttachmentKeys.Letter);
        }
    }

    private static AttachmentList Removed(Message message, MessageDecision edit) => message.Attachments.ReleasedBy(edit.Attachments ?? message.Attachments);

    private void Put(RoomChange change, string room, Message message, AttachmentList attachments, ReleaseReason reason)
    {
        if (change.IsUnused(AttachmentKeys.Letter))
        {
            // Nobody wants notices of this room, so there may be no key for them.
            return;
        }

        var field = AttachmentKeys.Field(room, message);
        change.Put(
            AttachmentKeys.Letter, context.Keys.Attachments(room), field,
            AttachmentKeys.Value(attachments, reason, NoticeCipher.Place(room, field), NoticeCipher.Prepared(context, room)));
    }
}
