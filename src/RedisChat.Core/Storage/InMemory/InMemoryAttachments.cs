namespace RedisChat;

/// <summary>Whether a room is tracked, and what its messages no longer refer to. For callers that hold the room's lock.</summary>
/// <param name="room">The room's id.</param>
/// <param name="store">Keeps the notices, which outlive the room.</param>
internal sealed class InMemoryAttachments(string room, InMemoryAttachmentStore store)
{
    private bool _isTracked;

    /// <summary>A message has these attachments now.</summary>
    public void Track(AttachmentList attachments) => _isTracked |= store.KeepsNotices && attachments.Count > 0;

    /// <summary>A message no longer refers to these attachments.</summary>
    public void Release(Message message, AttachmentList attachments, ReleaseReason reason)
    {
        if (_isTracked && attachments.Count > 0)
        {
            store.Add(room, message.Id, attachments, reason);
        }
    }

    /// <summary>The room does not exist any more.</summary>
    public void Forget(IEnumerable<Message> messages)
    {
        foreach (var message in messages)
        {
            Release(message, message.Attachments, ReleaseReason.RoomDeleted);
        }

        _isTracked = false;
    }
}
