namespace RedisChat;

/// <summary>The link previews of one room, which are part of its messages. For callers that hold the room's lock.</summary>
internal sealed class InMemoryPreviews(InMemoryRoom room) : IInMemoryFeature
{
    /// <summary>Changes the previews of a message: see <see cref="ILinkPreviewStore.ChangePreviewsAsync"/>.</summary>
    public Message? Change(long messageId, Func<Message, LinkPreviewList> decide)
    {
        if (room.At(messageId) is not { } message || decide(message) is var previews && previews == message.Previews)
        {
            return room.At(messageId);
        }

        room.Changed(this, messageId, position =>
        {
            room.Replace(message.With(previews, position.Revision));
            return StateOf(messageId, position);
        });
        return room.At(messageId);
    }

    MessagePage IInMemoryFeature.AddTo(MessagePage page, string? reader) => page;

    RoomEvent IInMemoryFeature.StateOf(InMemorySubject subject, RoomPosition position, long revision) => StateOf(subject.MessageId, position);

    // A message is delivered with its previews.
    RoomEvent? IInMemoryFeature.StateOfNew(long messageId, RoomPosition position) => null;

    void IInMemoryFeature.Remove(long messageId)
    {
    }

    private RoomEvent.PreviewsChanged StateOf(long messageId, RoomPosition position) => new(messageId, room.At(messageId)?.Previews ?? default, position);
}
