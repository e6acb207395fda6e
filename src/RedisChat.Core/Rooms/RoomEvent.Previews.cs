namespace RedisChat;

/// <content>Link previews.</content>
public abstract partial record RoomEvent
{
    /// <summary>
    /// A message has other link previews. Its text, version and edit time are as they were. An edit that removes a link removes the preview, too: <see cref="Edited"/> says so, without this event.
    /// </summary>
    public sealed record PreviewsChanged : RoomEvent
    {
        /// <summary>Creates the event.</summary>
        /// <param name="messageId">The message's id.</param>
        /// <param name="previews">All previews of the message.</param>
        /// <param name="position">The room's position just after it.</param>
        public PreviewsChanged(long messageId, LinkPreviewList previews, RoomPosition position)
            : base(position) => (MessageId, Previews) = (messageId, previews);

        /// <summary>The message's id.</summary>
        public long MessageId { get; }

        /// <summary>All previews of the message after the change, or after a later one, in the order of the links; empty if there are none.</summary>
        public LinkPreviewList Previews { get; }

        /// <summary>The revision of the last change that <see cref="Previews"/> include. While catching up, it may be ahead of the position.</summary>
        internal long Revision { get; init; }

        internal override EventState? State => new(EventState.Previews, MessageId, null, Math.Max(Revision, Position.Revision));

        /// <inheritdoc/>
        public bool Equals(PreviewsChanged? other) => other is not null && Position == other.Position && MessageId == other.MessageId && Previews == other.Previews;

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Position, MessageId, Previews.Count);
    }
}
